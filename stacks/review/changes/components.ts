/** Components that came or went, and those of which an object changed. */
import type { GraphComponent, GraphDocument } from '../../graph-document';
import type { Mark } from '../picture/picture';
import type { ChangedObject } from './changes';
import { pairs, type Graphs } from './graphs';

interface ChangedComponent {
  readonly name: string;
  readonly change: Mark;
}

export function changedComponents(
  { before, after }: Graphs,
  objects: readonly ChangedObject[],
): ChangedComponent[] {
  const touched = new Set(objects.map(({ component }) => component));
  return pairs(byName(before), byName(after)).flatMap(({ id: name, ...sides }): ChangedComponent[] => {
    if (sides.before === undefined) return [{ name, change: 'added' }];
    if (sides.after === undefined) return [{ name, change: 'removed' }];
    return touched.has(name) ? [{ name, change: 'changed' }] : [];
  });
}

function byName({ components }: GraphDocument): Map<string, GraphComponent> {
  return new Map(components.map((component) => [component.name, component]));
}
