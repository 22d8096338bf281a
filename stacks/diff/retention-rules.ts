/**
 * How long each store keeps its data: where that stands in its configuration, in which unit, and what happens when it
 * becomes less. One line a store and setting; the effects of a diff and the headlines of a review are read off it.
 */
import type { EffectRule } from './effects';
import { isShorter, isSmaller } from './amounts';

export interface Retention {
  readonly kinds?: readonly string[];
  /** Its groups fill `$1`, `$2` in `keeps`. */
  readonly path: RegExp;
  /** What is kept, e.g. `logs` or `topic $1`. */
  readonly keeps: string;
  readonly unit: RetentionUnit;
  readonly why: string;
}

/** `duration`: a text with its own unit, such as `168h`; the others are bare numbers. `size` is a text or bytes. */
export type RetentionUnit =
  'duration' | 'milliseconds' | 'seconds' | 'minutes' | 'hours' | 'size' | 'gigabytes';

const OLDER = 'data older than the new retention is deleted';
const BEYOND = 'the oldest data beyond the new size is deleted';
const KAFKA = 'Kafka deletes what is older or more than the new retention, read or not';
const TOPIC = String.raw`\["topics\.txt"\](?:\.([\w-]+)|\["([^"]+)"\])\.settings`;

const RETENTIONS: readonly Retention[] = [
  { path: /\.retention_period$/, keeps: 'logs', unit: 'duration', why: OLDER },
  {
    path: /\.retention_stream\[(.*)\]\.period$/,
    keeps: 'logs of $1',
    unit: 'duration',
    why: 'data of this stream that is older than its new retention is deleted',
  },
  { path: /\.block_retention$/, keeps: 'traces', unit: 'duration', why: OLDER },
  { path: /args\[--?retentionPeriod\]$/, keeps: 'metrics', unit: 'duration', why: OLDER },
  { path: /args\[--?storage\.tsdb\.retention\.time\]$/, keeps: 'metrics', unit: 'duration', why: OLDER },
  { path: /args\[--?storage\.tsdb\.retention\.size\]$/, keeps: 'metrics', unit: 'size', why: BEYOND },
  { path: topicSetting('retention.ms'), keeps: 'topic $1$2', unit: 'milliseconds', why: KAFKA },
  { path: topicSetting('retention.bytes'), keeps: 'topic $1$2', unit: 'size', why: KAFKA },
  { path: /\["(?:log\.)?retention\.ms"\]$/, keeps: 'records', unit: 'milliseconds', why: KAFKA },
  { path: /\["(?:log\.)?retention\.minutes"\]$/, keeps: 'records', unit: 'minutes', why: KAFKA },
  { path: /\["(?:log\.)?retention\.hours"\]$/, keeps: 'records', unit: 'hours', why: KAFKA },
  { path: /\["(?:log\.)?retention\.bytes"\]$/, keeps: 'records', unit: 'size', why: KAFKA },
  {
    path: /(?:\.([\w-]+)|\["(?:ALTER )?([^"]+)"\])\.TTL$/,
    keeps: 'table $1$2',
    unit: 'duration',
    why: 'ClickHouse deletes rows older than the new time to live',
  },
  {
    path: /\.phases\.delete\.min_age$/,
    keeps: 'indices',
    unit: 'duration',
    why: 'Elasticsearch deletes indices older than the new age',
  },
  {
    path: /\.filters\[age\]\.unit_count$/,
    keeps: 'indices',
    unit: 'seconds',
    why: 'Curator deletes indices older than the new age at its next run',
  },
  {
    path: /\.filters\[space\]\.disk_space$/,
    keeps: 'indices',
    unit: 'gigabytes',
    why: 'Curator deletes the oldest indices beyond the new size at its next run',
  },
  {
    path: /\.retention\.expire_after$/,
    keeps: 'snapshots',
    unit: 'duration',
    why: 'Elasticsearch deletes snapshots older than the new age',
  },
];

function topicSetting(name: string): RegExp {
  return new RegExp(`${TOPIC}\\["${name.replace('.', '\\.')}"\\]$`);
}

const isSize = (unit: RetentionUnit): boolean => unit === 'size' || unit === 'gigabytes';

/** No size at all, or one below zero, is without limit. */
function keepsFewerBytes(before: unknown, after: unknown): boolean {
  const isLimited = (value: unknown): boolean => value !== undefined && Number(value) !== -1;
  return isLimited(after) ? !isLimited(before) || isSmaller(before, after) : false;
}

export const RETENTION_RULES: readonly EffectRule[] = [
  ...RETENTIONS.map(({ path, unit, why }): EffectRule => ({
    path,
    when: isSize(unit) ? keepsFewerBytes : isShorter,
    effect: 'data at risk',
    why,
  })),
  {
    path: /\.retention_stream\[[^\]]*\]$|\.retention_stream$/,
    effect: 'data at risk',
    why: 'what a stream keeps for itself comes or goes: its older data may be deleted',
  },
  {
    path: /\.phases\.delete$/,
    when: (before) => before === undefined,
    effect: 'data at risk',
    why: 'indices that were kept without limit are deleted from now on',
  },
  {
    kinds: ['StatefulSet'],
    path: /env\[DOCKER_INFLUXDB_INIT_RETENTION\]\.value$/,
    effect: 'restart',
    why: 'InfluxDB reads it at its first start only: the bucket keeps its retention until somebody changes it there',
  },
];

export interface KeptFor {
  readonly retention: Retention;
  /** e.g. `topic failover-logs`. */
  readonly keeps: string;
}

/** Which retention a changed field is; undefined for any other field. */
export function retentionAt(path: string): KeptFor | undefined {
  for (const retention of RETENTIONS) {
    const match = retention.path.exec(path);
    if (match !== null)
      return {
        retention,
        keeps: retention.keeps.replaceAll(/\$(\d)/g, (_, i: string) => match[Number(i)] ?? ''),
      };
  }
  return undefined;
}
