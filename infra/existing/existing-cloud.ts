/**
 * A cluster that is there already, reached by a context of the machine's own kubeconfig; what else the platform waits for
 * stands in the settings.
 */
import { Type, type Static } from '@sinclair/typebox';
import type { Cloud, HandedOver } from '../cloud';

export const ExistingSettings = Type.Object(
  {
    /** Of the kubeconfig: named, so that nothing is ever applied to whatever cluster happens to be the current one. */
    context: Type.String({ minLength: 1 }),
    /** Values of `${cloud:name}` placeholders, by name. No secrets: they end up in manifests. */
    references: Type.Optional(Type.Record(Type.String(), Type.String({ minLength: 1 }))),
  },
  { additionalProperties: false },
);
export type ExistingSettings = Static<typeof ExistingSettings>;

export function existingHandsOver({ references }: ExistingSettings): HandedOver {
  return {
    objectStores: [],
    hasDatabase: false,
    hasLoadBalancer: false,
    given: Object.keys(references ?? {}),
  };
}

export function existingCloud({ context, references }: ExistingSettings): Cloud {
  return {
    kind: 'existing',
    kubernetes: { context },
    readyAfter: [],
    objectStores: {},
    storageClasses: [],
    operators: {},
    givenReferences: references ?? {},
    outputs: { context },
  };
}
