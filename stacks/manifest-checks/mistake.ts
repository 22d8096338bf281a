import type { Manifest } from '../../policies/manifest';

/** Something wrong with an object, before it is known in which component's file the object stands. */
export interface Mistake {
  readonly object: Manifest;
  /** Path of the field in the object, e.g. `spec.ports[http].targetPort`. */
  readonly property: string;
  readonly value: unknown;
  readonly rule: string;
  readonly remedy: string;
}
