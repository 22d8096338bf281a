/**
 * What neither types nor the flow graph can say: whether the finished objects fit each other. Everything is reported
 * at once; `hyperion synth` and `hyperion check` both ask here.
 */
import type { Problem } from '../constructs/core/config-error';
import {
  accountMistakes,
  budgetMistakes,
  policyMistakes,
  scalerMistakes,
} from './manifest-checks/companions';
import type { Mistake } from './manifest-checks/mistake';
import { ObjectIndex } from './manifest-checks/object-index';
import { probeMistakes } from './manifest-checks/probes';
import { keyMistakes } from './manifest-checks/secret-keys';
import { serviceMistakes } from './manifest-checks/services';
import { claimMistakes } from './manifest-checks/claims';
import { identityOf } from './manifest-data';
import type { SynthesisedObject } from './synthesis';

export interface CheckedObjects {
  readonly environment: string;
  readonly objects: readonly SynthesisedObject[];
}

/** Each looks at all objects from one side. */
const CHECKS: readonly ((index: ObjectIndex) => Mistake[])[] = [
  identityMistakes,
  serviceMistakes,
  probeMistakes,
  keyMistakes,
  claimMistakes,
  policyMistakes,
  budgetMistakes,
  accountMistakes,
  scalerMistakes,
];

export function checkManifests({ environment, objects }: CheckedObjects): Problem[] {
  const index = new ObjectIndex(objects.map(({ object }) => object));
  const componentOf = new Map(objects.map(({ object, component }) => [object, component]));
  return CHECKS.flatMap((check) => check(index)).map(({ object, property, value, rule, remedy }) => {
    const { kind, metadata } = object;
    const name = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
    return {
      path: `${environment}/${componentOf.get(object) ?? '?'}`,
      property: `${kind} ${name}: ${property}`,
      value,
      rule,
      remedy,
    };
  });
}

function identityMistakes(index: ObjectIndex): Mistake[] {
  const seen = new Set<string>();
  return index.objects.flatMap((object) => {
    const identity = identityOf(object);
    if (!seen.has(identity)) {
      seen.add(identity);
      return [];
    }
    return [
      {
        object,
        property: 'metadata.name',
        value: object.metadata.name,
        rule: 'two objects of one kind and namespace cannot have one name: the later would overwrite the earlier',
        remedy: 'rename one of the two',
      },
    ];
  });
}
