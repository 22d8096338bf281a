/**
 * What tags are called in InfluxDB. Some names, and values that end in a backslash, cannot be said in its line protocol, or
 * not be told from Flux's own columns; they get something added that can be taken off again without doubt.
 */
import type { Reading } from '../../telemetry/reading';

/** Names of Flux's columns, or refused by InfluxDB; and those with `tag.` before, so that none is taken twice. */
const RESERVED_NAME = /^(?:tag\.)*(?:_.*|time|result|table|error|reference)$/;
const ADDED_TO_NAME = 'tag.';

/** InfluxDB takes a backslash before a separator for an escape, however many there are. */
const BACKSLASH_AT_END = /\\\.*$/;
const ADDED_TO_VALUE = '.';

export function storedName(name: string): string {
  return RESERVED_NAME.test(name) ? ADDED_TO_NAME + name : name;
}

export function storedValue(value: string): string {
  return BACKSLASH_AT_END.test(value) ? value + ADDED_TO_VALUE : value;
}

/** The tags of stored ones. */
export function originalTags(stored: readonly (readonly [name: string, value: string])[]): Reading['tags'] {
  return Object.fromEntries(stored.map(([name, value]) => [originalName(name), originalValue(value)]));
}

/** The names that Flux itself gives to columns; a stored tag never has one of them. */
export function isColumnOfFlux(name: string): boolean {
  return RESERVED_NAME.test(name) && !name.startsWith(ADDED_TO_NAME);
}

function originalName(name: string): string {
  return name.startsWith(ADDED_TO_NAME) && RESERVED_NAME.test(name) ? name.slice(ADDED_TO_NAME.length) : name;
}

export function originalValue(value: string): string {
  return value.endsWith(ADDED_TO_VALUE) && BACKSLASH_AT_END.test(value) ? value.slice(0, -1) : value;
}
