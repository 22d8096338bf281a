/**
 * The only place where an object becomes YAML: keys in the order of the object, no anchors, no folding, block strings
 * for texts of several lines, and a comment behind a value that was derived.
 *
 * An emitter of its own because the general one of the `yaml` library takes a third of a synthesis (190 of 600 ms for
 * 340 objects) to build a document tree that nobody reads. The library judges the result in the tests.
 */

export interface YamlOptions {
  /**
   * Comment for a string value, e.g. where a host name came from; undefined for none.
   * @default no comments
   */
  readonly comment?: (value: string) => string | undefined;
}

export function toYaml(value: unknown, options: YamlOptions = {}): string {
  const { comment } = options;
  const data = plainData(value);
  if (typeof data !== 'object' || data === null || isEmpty(data)) return `${scalar(data, comment)}\n`;
  return lines(data, '', comment).join('\n') + '\n';
}

export function toYamlDocuments(values: readonly unknown[]): string {
  return values.map((value) => toYaml(value)).join('---\n');
}

type Comment = YamlOptions['comment'];

/** The lines of a collection that is not empty; the first one without its indentation, for it may follow a dash. */
function lines(collection: object, indent: string, comment: Comment): string[] {
  const deeper = `${indent}  `;
  const entries: string[] = [];
  const add = (text: string): void => {
    entries.push(entries.length === 0 ? text : indent + text);
  };
  if (Array.isArray(collection)) {
    for (const item of collection) {
      const data = plainData(item) ?? null;
      if (isCollection(data)) add(`- ${lines(data, deeper, comment).join('\n')}`);
      else add(`- ${inline(data, deeper, comment)}`);
    }
    return entries;
  }
  for (const [key, member] of Object.entries(collection)) {
    const data = plainData(member);
    if (data === undefined) continue;
    if (isCollection(data)) add(`${flowString(key)}:\n${deeper}${lines(data, deeper, comment).join('\n')}`);
    else add(`${flowString(key)}: ${inline(data, deeper, comment)}`);
  }
  return entries;
}

/** What the value is made of: what it calls its JSON, and nothing for what JSON does not know. */
function plainData(value: unknown): unknown {
  if (
    typeof value === 'object' &&
    value !== null &&
    'toJSON' in value &&
    typeof value.toJSON === 'function'
  ) {
    return (value.toJSON as () => unknown)();
  }
  return typeof value === 'function' || typeof value === 'symbol' ? undefined : value;
}

function isCollection(data: unknown): data is object {
  return typeof data === 'object' && data !== null && !isEmpty(data);
}

/** A member that is undefined is not there. */
function isEmpty(data: object): boolean {
  return Array.isArray(data)
    ? data.length === 0
    : Object.values(data).every((v) => plainData(v) === undefined);
}

function inline(data: unknown, indent: string, comment: Comment): string {
  if (typeof data === 'string' && data.includes('\n') && !UNPRINTABLE.test(data) && !ENDS_BLANK.test(data))
    return block(data, indent);
  return scalar(data, comment);
}

function scalar(data: unknown, comment: Comment): string {
  if (typeof data === 'string') {
    const note = comment?.(data);
    return note === undefined ? flowString(data) : `${flowString(data)} # ${note}`;
  }
  if (typeof data === 'number') return number(data);
  if (typeof data === 'boolean' || typeof data === 'bigint') return String(data);
  if (typeof data === 'object' && data !== null) return Array.isArray(data) ? '[]' : '{}';
  return 'null';
}

function number(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0.0' : String(value);
  return value > 0 ? '.inf' : '-.inf';
}

/** A literal block: `|` keeps one line end, `|-` none, `|+` all of them. */
function block(text: string, indent: string): string {
  const chomping = text.endsWith('\n') ? (/[^\n]\n$/.test(text) ? '' : '+') : '-';
  // A parser reads the indentation off the first line, so it must be told when that line begins with a space.
  const indentation = /^\n* /.test(text) ? '2' : '';
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  return `|${indentation}${chomping}\n${body.replace(/^(?=[^\n])/gm, indent)}`;
}

/** Parsers differ in whether a last line of nothing but spaces belongs to a literal block. */
const ENDS_BLANK = /(?:^|\n)[ \t]+\n*$/;
/** Line ends other than `\n`, control characters, half characters: only a double-quoted string can write them. */
const UNPRINTABLE = /[^\t\n -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u;
/** Begins or goes on like something that is not plain text in YAML. */
const NOT_PLAIN = /^$|^[\s,[\]{}#&*!|>'"%@`]|^[-?:](?:\s|$)|^(?:---|\.\.\.)|: |:$| #|\s$|[\n\t]/;
/** What YAML 1.1 (Go programs) or 1.2 reads as something other than text. */
const OTHER_TYPE = new RegExp(
  [
    '~|null|true|false|yes|no|on|off|y|n|=|<<',
    '[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?0x[\\da-f_]+',
    '[-+]?(?:\\d[\\d_]*)?\\.?[\\d_]*(?:e[-+]?\\d+)?',
    '[-+]?\\d[\\d_]*(?::[0-5]?\\d)+(?:\\.[\\d_]*)?',
    '[-+]?\\.inf|\\.nan',
    '\\d{4}-\\d\\d?-\\d\\d?(?:[t\\s].*)?',
  ]
    .map((alternative) => `^(?:${alternative})$`)
    .join('|'),
  'i',
);

/** On one line, in the quotes that need the fewest escapes. */
function flowString(text: string): string {
  if (!NOT_PLAIN.test(text) && !OTHER_TYPE.test(text) && !UNPRINTABLE.test(text)) return text;
  if (/["\\]/.test(text) && !text.includes('\n') && !UNPRINTABLE.test(text))
    return `'${text.replaceAll("'", "''")}'`;
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
