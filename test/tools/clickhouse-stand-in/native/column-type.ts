/** A type's name as ClickHouse writes it, taken apart: `Map(LowCardinality(String), String)`. */
import { ProtocolError } from './protocol-error';

export interface ColumnType {
  readonly name: string;
  /** As they are written: types, numbers, strings, or types with a name before them. */
  readonly args: readonly string[];
}

export function parseType(text: string): ColumnType {
  const found = /^(\w+)(?:\((.*)\))?$/s.exec(text.trim());
  const name = found?.[1];
  if (name === undefined) throw new ProtocolError(`${text} is no column type`);
  return { name, args: found?.[2] === undefined ? [] : splitArguments(found[2]) };
}

/** At commas outside of brackets and quotes. */
function splitArguments(text: string): readonly string[] {
  const pieces = text.match(/'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|[(),]|[^'`(),]+/gs) ?? [];
  const args: string[] = [];
  let depth = 0;
  let current = '';
  for (const piece of pieces) {
    if (piece === '(') depth += 1;
    if (piece === ')') depth -= 1;
    if (piece === ',' && depth === 0) {
      args.push(current.trim());
      current = '';
    } else current += piece;
  }
  return current.trim() === '' ? args : [...args, current.trim()];
}
