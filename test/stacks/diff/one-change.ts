/**
 * One object before and after, for the tests of what a change does.
 */
import type { Manifest } from '../../../policies/manifest';
import { semanticDiff, type ObjectChange } from '../../../stacks/diff/semantic-diff';

export function object(kind: string, fields: object): Manifest {
  return { apiVersion: 'x/v1', kind, metadata: { name: 'it', namespace: 'small' }, ...fields };
}

export function changeOf(
  before: Manifest | undefined,
  after: Manifest | undefined,
): ObjectChange | undefined {
  const changes = semanticDiff(before === undefined ? [] : [before], after === undefined ? [] : [after]);
  expect(changes.length).toBeLessThanOrEqual(1);
  return changes[0];
}

export function effectOf(kind: string, before: object, after: object): string | undefined {
  return changeOf(object(kind, before), object(kind, after))?.effect;
}

export const claims = (storage: string, storageClassName = 'a'): object => ({
  spec: {
    volumeClaimTemplates: [
      { metadata: { name: 'data' }, spec: { storageClassName, resources: { requests: { storage } } } },
    ],
  },
});

export const config = (file: string, text: string): object => ({ data: { [file]: text } });
