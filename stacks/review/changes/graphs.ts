/** The graphs of both states, and lists of theirs side by side. */
import type { GraphDocument } from '../../graph-document';

export interface Graphs {
  readonly before: GraphDocument;
  readonly after: GraphDocument;
}

export interface Pair<T> {
  readonly id: string;
  readonly before?: T;
  readonly after?: T;
}

/** Everything that stands on either side: in the order of the later state, with what is gone at the end. */
export function pairs<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): Pair<T>[] {
  const entry = (id: string): Pair<T> => {
    const [old, fresh] = [before.get(id), after.get(id)];
    return {
      id,
      ...(old === undefined ? {} : { before: old }),
      ...(fresh === undefined ? {} : { after: fresh }),
    };
  };
  return [...new Set([...after.keys(), ...before.keys()])].map(entry);
}
