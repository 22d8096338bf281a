/**
 * Makes readings of rows: a mapping applied to the header of one file.
 */
import { DEVICE_TAG, readingProblem, type Reading } from '../../shared/telemetry/reading';
import { parseLabels, type Labels } from './labels';
import { columnsOf, type Mapping } from './mapping';
import { parseTimeUs } from './time';

/** The header does not fit the mapping: nothing of the file can be read. */
export class HeaderError extends Error {
  public constructor(public readonly problems: readonly string[]) {
    super(`the header does not fit: ${problems.join('; ')}`);
    this.name = 'HeaderError';
  }
}

/** Numbers as programs write them; not what `Number` makes of blanks, nothing or 0x10. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;
/** What is shown of a cell in a reason. */
const SHOWN_CHARS = 60;
/** Labels of one series are the same in each of its rows; enough for a large fleet's series at a time. */
const KNOWN_LABELS = 8192;
/** So that they take 50 MiB at most; a DCGM exporter's have some 400. */
const KNOWN_LABEL_CHARS = 1024;

export class RowReader {
  private readonly width: number;
  private readonly time: number;
  private readonly metric: number;
  private readonly value: number;
  private readonly labels: number;
  private readonly tags: readonly (readonly [name: string, cell: number])[];
  private readonly keyTag: string;
  /** The tag that a label stands for, by its name in lower case; undefined: none, it is left out. */
  private readonly tagOfLabel = new Map<string, string | undefined>();
  private readonly knownLabels = new Map<string, Labels>();
  private lastTime: { readonly text: string; readonly timeUs: number } | undefined;

  public constructor(
    private readonly mapping: Mapping,
    header: readonly string[],
  ) {
    const problems = headerProblems(mapping, header);
    if (problems.length > 0) throw new HeaderError(problems);
    const cell = (column: string): number => header.indexOf(column);
    this.width = header.length;
    this.time = cell(mapping.time.column);
    this.metric = 'column' in mapping.metric ? cell(mapping.metric.column) : -1;
    this.value = cell(mapping.value.column);
    this.labels = mapping.labels === undefined ? -1 : cell(mapping.labels.column);
    this.tags = Object.entries(mapping.tags)
      .map(([name, column]) => [name, cell(column)] as const)
      .filter(([, index]) => index !== -1);
    this.keyTag = mapping.key ?? DEVICE_TAG;
    for (const [name, column] of Object.entries(mapping.tags)) {
      this.tagOfLabel.set(column.toLowerCase(), name).set(name.toLowerCase(), name);
    }
    for (const name of mapping.labels?.ignore ?? []) this.tagOfLabel.set(name.toLowerCase(), undefined);
  }

  /** The reading, or why the row is none. */
  public read(cells: readonly string[]): Reading | string {
    if (cells.length !== this.width) {
      return `has ${cells.length} cells, the header has ${this.width}`;
    }
    const timeUs = this.readTime(cells[this.time] ?? '');
    if (timeUs === undefined) {
      const { column, format } = this.mapping.time;
      return `${column}: ${shown(cells[this.time])} is no time (${format}) between 1970 and 2255`;
    }
    const value = cells[this.value] ?? '';
    if (!NUMBER.test(value) || !Number.isFinite(Number(value))) {
      return `${this.mapping.value.column}: ${shown(value)} is no finite number`;
    }
    const tags: Record<string, string> = {};
    for (const [name, cell] of this.tags) {
      const text = cells[cell] ?? '';
      if (text !== '') tags[name] = text;
    }
    const problem = this.addLabels(cells[this.labels] ?? '', tags);
    if (problem !== undefined) return problem;
    const { metric: declared } = this.mapping;
    const metric = 'name' in declared ? declared.name : (cells[this.metric] ?? '');
    const reading = { metric, timeUs, value: Number(value), tags };
    return readingProblem(reading) ?? reading;
  }

  /** By what the reading is put into a partition. */
  public keyOf(reading: Reading): string | undefined {
    return reading.tags[this.keyTag];
  }

  /** All readings of a scrape have one time. */
  private readTime(text: string): number | undefined {
    if (this.lastTime?.text === text) return this.lastTime.timeUs;
    const timeUs = parseTimeUs(text, this.mapping.time.format);
    if (timeUs !== undefined) this.lastTime = { text, timeUs };
    return timeUs;
  }

  private addLabels(text: string, tags: Record<string, string>): string | undefined {
    if (text === '') return undefined;
    const labels = this.labelsOf(text);
    if (typeof labels === 'string') return `${this.mapping.labels?.column ?? ''}: ${labels}`;
    for (const [name, value] of labels) {
      if (value !== '' && !Object.hasOwn(tags, name)) tags[name] = value;
    }
    return undefined;
  }

  private labelsOf(text: string): Labels | string {
    const known = this.knownLabels.get(text);
    if (known !== undefined) return known;
    const parsed = parseLabels(text);
    if (typeof parsed === 'string') return parsed;
    const labels = parsed.flatMap(([name, value]) => {
      const lower = name.toLowerCase();
      const tag = this.tagOfLabel.has(lower) ? this.tagOfLabel.get(lower) : name;
      return tag === undefined ? [] : [[own(tag), own(value)] as const];
    });
    if (text.length > KNOWN_LABEL_CHARS) return labels;
    if (this.knownLabels.size >= KNOWN_LABELS) this.knownLabels.clear();
    this.knownLabels.set(own(text), labels);
    return labels;
  }
}

function headerProblems(mapping: Mapping, header: readonly string[]): string[] {
  const problems = columnsOf(mapping)
    .filter((column) => !header.includes(column) && mapping.optional?.includes(column) !== true)
    .map((column) => `there is no column ${JSON.stringify(column)}`);
  if (problems.length > 0) {
    problems.push(`there are ${header.slice(0, 30).map(shown).join(', ')}; name others in STREAMER_MAPPING`);
  }
  const twice = header.find((column, index) => column !== '' && header.indexOf(column) !== index);
  if (twice !== undefined) problems.push(`the column ${shown(twice)} is there twice`);
  return problems;
}

/** A copy: a part of a chunk's text keeps all of the chunk in memory. */
function own(text: string): string {
  return Buffer.from(text).toString();
}

function shown(text = ''): string {
  return JSON.stringify(text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text);
}
