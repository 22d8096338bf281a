/**
 * Any text as text in GitHub's and Azure DevOps' Markdown: on one line, and without a meaning of its own. Characters
 * become entities rather than escaped ones, because an entity is never syntax, in a table's cell neither.
 */
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '|': '&#124;',
  '`': '&#96;',
  '*': '&#42;',
  '[': '&#91;',
  ']': '&#93;',
  '\\': '&#92;',
  '~': '&#126;',
  $: '&#36;',
  '!': '&#33;',
};

/** So much of one text is enough in a summary: the page has all of it. */
const SHOWN_CHARACTERS = 600;

export function escaped(text: string): string {
  // Control characters, among them line breaks, and halves of characters, which no host takes.
  const line = text.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ').trim();
  return (
    clipped(line)
      .replaceAll(/[&<>|`*[\]\\~$!]/g, (character) => ENTITIES[character] ?? character)
      // Inside a word it emphasises nothing.
      .replaceAll(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '&#95;')
      // `#12` is an issue, `# ` a heading.
      .replaceAll(/(?<!&)#(?=\d|\s|$)/g, '&#35;')
      // Nobody is to be notified: hosts look for names in the text that is shown, where an entity is of no use.
      .replaceAll(/(?<![A-Za-z0-9])@(?=[A-Za-z0-9])/g, '@\u200b')
  );
}

function clipped(text: string): string {
  // By characters, not by halves of them.
  const [short = ''] = new RegExp(`^.{0,${SHOWN_CHARACTERS}}`, 'su').exec(text) ?? [];
  return short === text ? text : `${short}…`;
}
