/**
 * Puts policies into force, and waits until they are: after them comes one that refuses an object that nobody else makes,
 * by which that can be seen from outside.
 */
import { randomUUID } from 'node:crypto';
import type { Manifest } from '../../../policies/manifest';
import type { ApiClient } from './api-client';
import { ApiError } from './api-error';
import { until } from './until';

const API_VERSION = 'admissionregistration.k8s.io/v1';
const LIMIT_MS = 60_000;

/** The API server takes policies up in the order in which they came: when the last refuses, all do. */
export async function enforcePolicies(api: ApiClient, policies: readonly Manifest[]): Promise<void> {
  // A new one each time: that an earlier one is in force says nothing of what came after it.
  const name = `test-policies-are-in-force-${randomUUID()}`;
  const marked: Manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'default', name } };
  for (const policy of [...policies, ...refusalOf(name)]) await api.apply(policy);
  await until('the policies are in force', LIMIT_MS, async () => {
    try {
      await api.apply(marked, { tryOnly: true });
      return ['the last of them does not refuse yet'];
    } catch (error) {
      if (error instanceof ApiError) return [];
      throw error;
    }
  });
}

function refusalOf(name: string): Manifest[] {
  return [
    {
      apiVersion: API_VERSION,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
          ],
        },
        validations: [{ expression: `object.metadata.name != '${name}'`, message: 'policies are in force' }],
      },
    },
    {
      apiVersion: API_VERSION,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  ];
}
