/** What a field was and is, with signs, so that colours are not needed. */
import { h, type Child } from '../dom';
import { count, NONE } from '../format';

/** A file that differs whole would bury the others; the text below has all of it. */
const MAX_CHARACTERS = 400;

export function beforeCell(text: string | undefined): readonly Child[] {
  return text === undefined || text === '' ? [NONE] : [h('del', {}, clipped(text))];
}

export function afterCell(text: string | undefined): readonly Child[] {
  return text === undefined || text === '' ? [NONE] : [h('ins', {}, clipped(text))];
}

function clipped(text: string): string {
  if (text.length <= MAX_CHARACTERS) return text;
  return `${text.slice(0, MAX_CHARACTERS)}… (${count(text.length)} characters: the text has them all)`;
}
