/** Readings from the body of a request, and what is wrong with the others. Pure. */
import { CsvParser, type CsvParserOptions } from '../csv/csv-parser';
import { errorText } from '../error-text';
import { HeaderError, RowReader } from '../mapping/row-reader';
import type { Mapping } from '../mapping/mapping';
import { parseTimeUs } from '../mapping/time';
import { messageOf, type Message } from '../publish/message';
import { DEVICE_TAG, readingProblem, type Reading } from '../../shared/telemetry/reading';

export interface BadRow {
  /** Of CSV and NDJSON the line; of a JSON array the place, from 1. */
  readonly line: number;
  readonly reason: string;
}

export interface BodyReadings {
  readonly messages: readonly Message[];
  /** Where each of them stood. */
  readonly lines: readonly number[];
  readonly bad: readonly BadRow[];
}

const READING_FIELDS = new Set(['metric', 'timeUs', 'time', 'value', 'tags']);

export class BodyError extends Error {
  public override readonly name = 'BodyError';
}

export function readJson(text: string, keyTag: string | undefined): BodyReadings {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BodyError(`the body is no JSON: ${errorText(error)}`);
  }
  const list = isObject(value) && 'readings' in value ? value.readings : value;
  if (!Array.isArray(list)) {
    throw new BodyError('the body is neither an array of readings nor {"readings": […]}');
  }
  const collect = new Collector(keyTag);
  list.forEach((each: unknown, index) => {
    collect.add(index + 1, asReading(each));
  });
  return collect;
}

export function readNdjson(text: string, keyTag: string | undefined): BodyReadings {
  const collect = new Collector(keyTag);
  text.split('\n').forEach((line, index) => {
    if (line.trim() !== '') collect.add(index + 1, parseLine(line));
  });
  return collect;
}

export function readCsv(body: Buffer, mapping: Mapping, options: CsvParserOptions): BodyReadings {
  const parser = new CsvParser(options);
  const [header, ...rows] = [...parser.push(body), ...parser.end()];
  const collect = new Collector(mapping.key);
  if (header === undefined) return collect;
  if (header.problem !== undefined) throw new BodyError(`the header ${header.problem}`);
  const reader = rowReader(mapping, header.cells);
  for (const row of rows) collect.add(row.line, row.problem ?? reader.read(row.cells));
  return collect;
}

class Collector implements BodyReadings {
  public readonly messages: Message[] = [];
  public readonly lines: number[] = [];
  public readonly bad: BadRow[] = [];

  public constructor(private readonly keyTag = DEVICE_TAG) {}

  /** A text says why it is no reading. */
  public add(line: number, reading: Reading | string): void {
    if (typeof reading === 'string') {
      this.bad.push({ line, reason: reading });
      return;
    }
    this.messages.push(messageOf(reading, reading.tags[this.keyTag]));
    this.lines.push(line);
  }
}

function rowReader(mapping: Mapping, header: readonly string[]): RowReader {
  try {
    return new RowReader(mapping, header);
  } catch (error) {
    if (error instanceof HeaderError) throw new BodyError(error.message);
    throw error;
  }
}

function parseLine(line: string): Reading | string {
  try {
    return asReading(JSON.parse(line));
  } catch (error) {
    return `is no JSON: ${errorText(error)}`;
  }
}

/** `time` is for people: RFC 3339 in place of `timeUs`. */
function asReading(value: unknown): Reading | string {
  if (!isObject(value)) return readingProblem(value) ?? '';
  const unknown = Object.keys(value).find((field) => !READING_FIELDS.has(field));
  if (unknown !== undefined) {
    return `${unknown.slice(0, 40)}: is no field of a reading; there are ${[...READING_FIELDS].join(', ')}`;
  }
  const { metric, time, tags, value: measured } = value;
  if (time !== undefined && value.timeUs !== undefined) return 'time: there is timeUs already';
  const timeUs = typeof time === 'string' ? parseTimeUs(time, 'rfc3339') : value.timeUs;
  if (time !== undefined && timeUs === undefined) return 'time: is no time (rfc3339) between 1970 and 2255';
  const reading = { metric, timeUs, value: measured, tags };
  const problem = readingProblem(reading);
  if (problem !== undefined) return problem;
  const valid = reading as Reading;
  const halved = Object.keys(valid.tags).find((name) => !isUnicode(valid.tags[name] ?? ''));
  return halved === undefined ? valid : `tags.${halved}: half of a surrogate pair stands alone`;
}

/** `isWellFormed` is in Node 20, and in the types of ES2024. */
function isUnicode(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
