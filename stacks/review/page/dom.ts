/** Elements from values: text never becomes markup, and no style stands in an attribute, which the page's policy forbids. */
export type Child = Node | string | undefined;

type Attributes = Readonly<Record<string, string | boolean | undefined>>;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** With something between each two, e.g. a comma. */
export function joined(children: readonly Child[], separator = ', '): Child[] {
  return children.flatMap((child, index) => (index === 0 ? [child] : [separator, child]));
}
