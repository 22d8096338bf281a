import { list } from '../../cel';
import type { CloudRule } from '../rule';

const RECORDS = ['api', 'audit', 'authenticator'];

export const eksRecords: CloudRule = {
  id: 'eks-records',
  title: 'EKS writes down who did what',
  severity: 'medium',
  reason: 'After a break-in, who asked the Kubernetes API for what is the first question.',
  remedy: 'Set enabledClusterLogTypes to api, audit and authenticator at least',
  appliesTo: ['aws:eks/cluster:Cluster'],
  validations: [
    {
      expression: `has(resource.enabledClusterLogTypes) &&
        ${list(RECORDS)}.all(e, resource.enabledClusterLogTypes.exists(t, t == e))`,
      message: 'The cluster does not record who did what',
    },
  ],
};
