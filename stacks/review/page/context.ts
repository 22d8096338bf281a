/** What every view is given: the document, what is found in it by identifier, and how to go elsewhere. */
import type { ChangedObject } from '../changes/changes';
import type {
  AlertEntry,
  ComponentEntry,
  ConnectionEntry,
  ExternalEntry,
  ObjectEntry,
  ReviewDocument,
} from '../review-document';
import type { TableState } from './parts/table';

export interface Context {
  readonly review: ReviewDocument;
  readonly components: ReadonlyMap<string, ComponentEntry>;
  readonly externals: ReadonlyMap<string, ExternalEntry>;
  readonly connections: ReadonlyMap<string, ConnectionEntry>;
  readonly objects: ReadonlyMap<string, ObjectEntry>;
  readonly alerts: ReadonlyMap<string, AlertEntry>;
  readonly changedObjects: ReadonlyMap<string, ChangedObject>;
  /** What was typed and sorted, so that it is still there after a look at one row. */
  readonly tables: Map<string, TableState>;
  readonly open: (hash: string) => void;
}

/** A view that is drawn: for the window's title, and the elements below the head. */
export interface Drawn {
  readonly title: string;
  readonly content: readonly (Node | undefined)[];
}

export type View = (context: Context, parts: readonly string[]) => Drawn;

export function contextOf(review: ReviewDocument, open: (hash: string) => void): Context {
  const byId = <T extends { readonly id: string }>(entries: readonly T[]): ReadonlyMap<string, T> =>
    new Map(entries.map((entry) => [entry.id, entry]));
  const byName = <T extends { readonly name: string }>(entries: readonly T[]): ReadonlyMap<string, T> =>
    new Map(entries.map((entry) => [entry.name, entry]));
  return {
    review,
    components: byName(review.components),
    externals: byName(review.externals),
    connections: byId(review.connections),
    objects: byId(review.objects),
    alerts: byId(review.alerts),
    changedObjects: byId(review.changes?.objects ?? []),
    tables: new Map(),
    open,
  };
}
