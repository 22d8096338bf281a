/**
 * One measured value, as it travels through the queue: a message's body is the JSON of a `Reading`.
 */
export interface Reading {
  /** For example `DCGM_FI_DEV_GPU_UTIL`. */
  readonly metric: string;
  /** Microseconds since 1970: the finest time that a number holds exactly until the year 2255. */
  readonly timeUs: number;
  readonly value: number;
  /**
   * What was measured. Together with `metric` it names the series; a series has one value at a time, so that the same
   * reading twice is one. No tag is empty. GPUs have `uuid` (their identity), `gpu_id` (unique within a host only), `device`,
   * `model`, `hostname`, and `container`, `pod`, `namespace` when a workload runs on them.
   */
  readonly tags: Readonly<Record<string, string>>;
}

/** What any reading must keep to; what does not is poison, and no store is asked to take it. */
export const READING_LIMITS = {
  metricChars: 256,
  tags: 64,
  tagNameChars: 128,
  tagValueChars: 1024,
} as const;

/** 2255-06-05: the last time within the safe integers. */
export const MAX_TIME_US = Number.MAX_SAFE_INTEGER;

/** The tag that identifies a device, and by which readings are spread over partitions. */
export const DEVICE_TAG = 'uuid';

const METRIC = /^[A-Za-z_:][A-Za-z0-9_:.]*$/;
const TAG_NAME = /^[A-Za-z_][A-Za-z0-9_.]*$/;
/** Line breaks and other control characters have no business in a tag, and not every store can hold them. */
const CONTROL = /\p{Cc}/u;

/** What is wrong with it, or undefined. `Reading`s come as JSON from anywhere, so nothing is taken for granted. */
export function readingProblem(value: unknown): string | undefined {
  if (!isObject(value)) return 'is no object';
  const { metric, timeUs, value: measured, tags } = value;
  if (typeof metric !== 'string' || !METRIC.test(metric)) return 'metric: letters, digits, _ : . are allowed';
  if (metric.length > READING_LIMITS.metricChars)
    return `metric: over ${READING_LIMITS.metricChars} characters`;
  if (typeof timeUs !== 'number' || !Number.isSafeInteger(timeUs) || timeUs < 0) {
    return 'timeUs: whole microseconds since 1970';
  }
  if (typeof measured !== 'number' || !Number.isFinite(measured)) return 'value: a finite number';
  if (!isObject(tags)) return 'tags: an object of texts';
  return tagProblem(tags);
}

function tagProblem(tags: Readonly<Record<string, unknown>>): string | undefined {
  const entries = Object.entries(tags);
  if (entries.length > READING_LIMITS.tags) return `tags: over ${READING_LIMITS.tags}`;
  for (const [name, value] of entries) {
    if (!TAG_NAME.test(name) || name.length > READING_LIMITS.tagNameChars) {
      return `tags: the name ${JSON.stringify(name.slice(0, 40))} is not of letters, digits, _ and .`;
    }
    if (typeof value !== 'string' || value === '' || value.length > READING_LIMITS.tagValueChars) {
      return `tags.${name}: a text of 1 to ${READING_LIMITS.tagValueChars} characters`;
    }
    if (CONTROL.test(value)) return `tags.${name}: has a control character`;
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
