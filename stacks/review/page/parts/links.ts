/** Links to what the document knows; a name that it does not know stays text. */
import { addressOf, type View } from '../address';
import type { Context } from '../context';
import { h } from '../dom';
import { objectName } from '../object-name';

export function link(text: string, view: View, ...parts: readonly string[]): HTMLElement {
  return h('a', { href: addressOf(view, ...parts) }, text);
}

/** A component, or who stands outside, which only the picture has. */
export function partyLink(context: Context, name: string, text = name): Node {
  if (context.components.has(name)) return link(text, 'component', name);
  if (context.externals.has(name)) return link(text, 'flow', name);
  return document.createTextNode(text);
}

export function objectLink(context: Context, id: string, text = id): Node {
  return context.objects.has(id) ? link(text, 'object', id) : document.createTextNode(text);
}

export function connectionLink(context: Context, id: string): Node {
  return context.connections.has(id) ? link(id, 'connection', id) : document.createTextNode(id);
}

/** Of `namespace/name: egress`, the name and the direction; the namespace is one of the two ends'. */
export function networkPolicyLink(context: Context, text: string): Node {
  const [name = '', direction] = text.split(': ');
  const id = `NetworkPolicy ${name}`;
  if (!context.objects.has(id)) return document.createTextNode(text);
  const short = link(objectName(id).name, 'object', id);
  short.title = name;
  return h('span', {}, short, direction === undefined ? '' : ` ${direction}`);
}
