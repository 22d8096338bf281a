/**
 * What differs between an environment and what it is compared with. Types only.
 */
import type { Effect } from '../../diff/effects';
import type { Mark } from '../picture/picture';

export interface Changes {
  /** `against`: an earlier state of the same environment; `compare`: another environment. */
  readonly kind: 'against' | 'compare';
  /** e.g. `git:main`, a folder, or the other environment's name. */
  readonly base: string;
  /** The gravest. With `compare` nothing happens to anybody: `none`. */
  readonly effect: Effect;
  /** Sentences for a reviewer, gravest first, e.g. `Loki keeps logs for 168 h instead of 744 h`. */
  readonly headlines: readonly Headline[];
  readonly objects: readonly ChangedObject[];
  readonly components: readonly { readonly name: string; readonly change: Mark }[];
  readonly connections: readonly ChangedConnection[];
  /** Requested resources and volumes, by component, and `total` last. */
  readonly amounts: readonly ChangedAmount[];
  readonly guarantees: readonly ChangedGuarantee[];
  /** What could not be compared, and why; undefined where all of it could. */
  readonly notCompared?: string;
}

/** What a headline is about; those of one topic stand together. */
export type Topic =
  'data' | 'service' | 'access' | 'load' | 'guarantees' | 'components' | 'versions' | 'sizes' | 'exceptions';

export interface Headline {
  readonly topic: Topic;
  readonly text: string;
  readonly effect: Effect;
  /** Where the page tells more, e.g. `#/changes/StatefulSet hyperion-store%2Floki`. */
  readonly link: string;
}

export interface ChangedObject {
  /** `Kind namespace/name`. */
  readonly id: string;
  readonly component: string;
  readonly change: Mark;
  readonly effect: Effect;
  /** Empty where nothing happens. */
  readonly why: string;
  readonly fields: readonly ChangedField[];
  /** Unified, of the YAML, with three lines of context. */
  readonly textDiff: string;
}

export interface ChangedField {
  readonly path: string;
  /** As text; undefined where there was or is none. */
  readonly before?: string;
  readonly after?: string;
  readonly effect: Effect;
  readonly why: string;
}

export interface ChangedConnection {
  readonly id: string;
  readonly change: Mark;
  /** e.g. `load`: `12 MiB/s` → `24 MiB/s`. Empty where the whole connection came or went. */
  readonly fields: readonly { readonly what: string; readonly before: string; readonly after: string }[];
}

export interface ChangedAmount {
  readonly component: string;
  readonly what: 'cpu' | 'memory' | 'volumes' | 'pods';
  /** Milli-CPU, bytes or a count. */
  readonly before: number;
  readonly after: number;
}

export interface ChangedGuarantee {
  /** The connection's identifier. */
  readonly connection: string;
  readonly beforeSeconds: number | null;
  readonly afterSeconds: number | null;
  readonly wantedSeconds: number;
  readonly arithmetic: readonly string[];
}
