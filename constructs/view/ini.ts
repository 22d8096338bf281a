/**
 * The INI format of Grafana: sections with `key = value`, one a line.
 */
export type IniSections = Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;

/** Lines in the order of the object; a value with a line break is refused, for INI has no way to write one. */
export function renderIni(sections: IniSections): string[] {
  return Object.entries(sections).flatMap(([section, entries], index) => [
    ...(index === 0 ? [] : ['']),
    `[${section}]`,
    ...Object.entries(entries).map(([key, value]) => {
      const text = String(value);
      if (text.includes('\n')) throw new Error(`[${section}] ${key}: an INI value is one line`);
      return `${key} = ${text}`;
    }),
  ]);
}
