/** How names are written into boxes: broken at hyphens, never inside a word. Free of the DOM; the page uses it, too. */

/** Of the title in bold 14 px that a box of `NODE_WIDTH` holds: 9 px a letter in a wide font. */
const TITLE_LETTERS = 16;
/** Of a line's label of 11 px, as wide as a wide font sets it on average. */
const LABEL_LETTER = 6.2;

/** At most two lines; a longer name ends in an ellipsis. */
export function titleLines(title: string, letters = TITLE_LETTERS): readonly string[] {
  if (title.length <= letters) return [title];
  const words = title.split(/(?<=-)/);
  let first = '';
  while (words[0] !== undefined && (first + words[0]).length <= letters) first += words.shift() ?? '';
  if (first === '') return [shortened(title, letters)];
  return [first, shortened(words.join(''), letters)];
}

/** Cut between words where there is one to cut at. */
export function shortened(text: string, letters: number): string {
  if (text.length <= letters) return text;
  const cut = text.slice(0, letters - 1);
  const space = cut.lastIndexOf(' ');
  return `${(space > letters / 2 ? cut.slice(0, space) : cut).replace(/[\s,:;-]+$/, '')}…`;
}

export function labelWidth(label: string): number {
  return label.length * LABEL_LETTER;
}
