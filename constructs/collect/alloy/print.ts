/**
 * A configuration file of Alloy as text, formatted as `alloy fmt` formats it, so that whoever edits one in the cluster
 * and formats it sees no other difference. Source: the printer of the module github.com/grafana/alloy/syntax.
 */
import { Duration } from 'cdk8s';
import {
  durationText,
  Expression,
  isIdentifier,
  quote,
  Ref,
  type Block,
  type Exported,
  type Value,
} from './syntax';

/** @throws Error that names the block and what is wrong in it */
export function printAlloy(blocks: readonly Block[]): string {
  checkReferences(blocks, checkLabels(blocks));
  return `${blocks.map((block) => printBlock(block).join('\n')).join('\n\n')}\n`;
}

/** A line of an attribute or of an object's field: what stands before the `=`, and the lines of the value. */
interface Row {
  readonly name: string;
  readonly value: readonly string[];
}

function printBlock(block: Block): readonly string[] {
  const title = titleOf(block);
  const bad = [...block.name.split('.'), ...Object.keys(block.attributes ?? {})].find(
    (name) => !isIdentifier(name),
  );
  if (bad !== undefined) fail(title, `${JSON.stringify(bad)} is no identifier`);
  const rows = Object.entries(block.attributes ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: printValue(value, title) }],
  );
  const groups = [alignRows(rows), ...(block.blocks ?? []).map(printBlock)].filter(
    (lines) => lines.length > 0,
  );
  if (groups.length === 0) return [`${title} { }`];
  const body = groups.flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]));
  return [`${title} {`, ...indent(body), '}'];
}

/** Lines up the `=` of rows that follow each other; one of several lines is the last of its run. */
function alignRows(rows: readonly Row[], end = ''): readonly string[] {
  const runs = rows.reduce<Row[][]>((known, row) => {
    const run = known.at(-1);
    if (run === undefined || (run.at(-1)?.value.length ?? 0) > 1) return [...known, [row]];
    run.push(row);
    return known;
  }, []);
  return runs.flatMap((run) => {
    const width = Math.max(...run.map(({ name }) => widthOf(name)));
    return run.flatMap(({ name, value: [first = '', ...more] }) => {
      const lines = [`${name}${' '.repeat(width - widthOf(name))} = ${first}`, ...more];
      return [...lines.slice(0, -1), `${lines.at(-1) ?? ''}${end}`];
    });
  });
}

function printValue(value: Value, where: string): readonly string[] {
  if (typeof value === 'string') return [quote(value)];
  if (value === null || typeof value === 'boolean') return [String(value)];
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) fail(where, `${value} is no number that can be written down`);
    return [String(value)];
  }
  if (value instanceof Duration) return [quote(durationText(value))];
  if (value instanceof Expression) return [value.text];
  if (value instanceof Ref) return [`${value.component}.${value.field}`];
  if (isArray(value)) return printArray(value, where);
  return printObject(value, where);
}

function printArray(elements: readonly Value[], where: string): readonly string[] {
  const printed = elements.map((element) => printValue(element, where));
  if (printed.every((lines) => lines.length === 1)) return [`[${printed.flat().join(', ')}]`];
  return ['[', ...indent(printed.flatMap((lines) => [...lines.slice(0, -1), `${lines.at(-1) ?? ''},`])), ']'];
}

function printObject(fields: Readonly<Record<string, Value>>, where: string): readonly string[] {
  const rows = Object.entries(fields).map(([key, value]) => ({
    name: isIdentifier(key) ? key : quoteKey(key, where),
    value: printValue(value, where),
  }));
  return rows.length === 0 ? ['{}'] : ['{', ...indent(alignRows(rows, ',')), '}'];
}

/** Printable ASCII without quotes and backslashes: Alloy's parser takes everything else in a key for what it is not. */
const KEY = /^[ !#-[\]-~]+$/;

function quoteKey(key: string, where: string): string {
  const quoted = quote(key);
  if (!KEY.test(key)) {
    fail(where, `Alloy cannot read the key ${quoted}: only printable ASCII without quotes and backslashes`);
  }
  return quoted;
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === '' ? '' : `\t${line}`));
}

/** In characters, as Alloy's printer counts. */
function widthOf(text: string): number {
  return Array.from(text).length;
}

function titleOf({ name, label }: Block): string {
  return label === undefined ? name : `${name} ${quote(label)}`;
}

/** The components of the file, by the name under which others refer to them. */
function checkLabels(blocks: readonly Block[]): ReadonlySet<string> {
  const known = new Set<string>();
  for (const block of blocks) {
    const { name, label } = block;
    if (label !== undefined && !isIdentifier(label)) fail(titleOf(block), 'the label is no identifier');
    const component = label === undefined ? name : `${name}.${label}`;
    if (known.has(component)) fail(titleOf(block), 'stands in the file twice: give one another label');
    known.add(component);
  }
  return known;
}

function checkReferences(blocks: readonly Block[], known: ReadonlySet<string>): void {
  for (const block of blocks) {
    const missing = refsOf(block).find(({ component }) => !known.has(component));
    if (missing !== undefined) {
      fail(titleOf(block), `refers to ${missing.component}.${missing.field}, which is not in the file`);
    }
  }
}

function refsOf({ attributes = {}, blocks = [] }: Block): readonly Ref<Exported>[] {
  return [...Object.values(attributes).flatMap(refsIn), ...blocks.flatMap(refsOf)];
}

function refsIn(value: Value | undefined): readonly Ref<Exported>[] {
  if (value instanceof Ref) return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (value instanceof Duration || value instanceof Expression) return [];
  return (isArray(value) ? value : Object.values(value)).flatMap(refsIn);
}

function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function fail(where: string, what: string): never {
  throw new Error(`Alloy configuration, ${where}: ${what}`);
}
