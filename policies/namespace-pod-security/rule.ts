import { hasEntry } from '../cel';
import type { Rule } from '../rule';

export const namespacePodSecurity: Rule = {
  id: 'namespace-pod-security',
  title: 'Namespaces enforce Pod Security "restricted"',
  severity: 'high',
  reason:
    'Pod Security admission is the net below these rules: built into the API server, it holds when they are off.',
  remedy:
    'Label the namespace pod-security.kubernetes.io/enforce: restricted; node agents get a namespace of their own with a typed exception',
  appliesTo: ['Namespace'],
  validations: [
    {
      expression: hasEntry('object', 'metadata.labels', 'pod-security.kubernetes.io/enforce', 'restricted'),
      message: 'The namespace does not enforce Pod Security "restricted"',
    },
  ],
};
