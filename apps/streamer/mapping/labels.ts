/**
 * Labels as Prometheus writes them (text exposition format): `a="b",c="d\"e"`, with or without braces around.
 */
export type Labels = readonly (readonly [name: string, value: string])[];

const NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const SPACE = /\s*/y;
const ESCAPED = /\\([\\"n])/g;

/** The labels, or what is wrong with the text. */
export function parseLabels(text: string): Labels | string {
  const labels: (readonly [string, string])[] = [];
  const isBraced = text.startsWith('{') && text.endsWith('}');
  const end = isBraced ? text.length - 1 : text.length;
  let at = skipSpace(text, isBraced ? 1 : 0);
  while (at < end) {
    NAME.lastIndex = at;
    const name = NAME.exec(text)?.[0];
    if (name === undefined) return `has no label's name at character ${at + 1}`;
    at = skipSpace(text, at + name.length);
    if (text[at] !== '=') return `has no = at character ${at + 1}`;
    at = skipSpace(text, at + 1);
    if (text[at] !== '"') return `has no quote at character ${at + 1}`;
    const close = closingQuote(text, at + 1, end);
    if (close === -1) return `has a quote that is not closed, at character ${at + 1}`;
    labels.push([name, unescape(text.slice(at + 1, close))]);
    at = skipSpace(text, close + 1);
    if (at < end && text[at] !== ',') return `has no comma at character ${at + 1}`;
    at = skipSpace(text, at + 1);
  }
  return labels;
}

function skipSpace(text: string, from: number): number {
  SPACE.lastIndex = from;
  return SPACE.test(text) ? SPACE.lastIndex : from;
}

function closingQuote(text: string, from: number, end: number): number {
  for (let at = from; at < end; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return -1;
}

function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(ESCAPED, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}
