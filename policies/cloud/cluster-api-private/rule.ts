import { equals } from '../../cel';
import { forTypes } from '../expressions';
import type { CloudRule } from '../rule';

const EKS = 'aws:eks/cluster:Cluster';
const AKS = 'azure-native:containerservice:ManagedCluster';

export const clusterApiPrivate: CloudRule = {
  id: 'cluster-api-private',
  title: 'The Kubernetes API has no public address in production',
  severity: 'high',
  reason: 'Whoever holds a stolen token, or a hole in the API server, would need nothing else.',
  remedy:
    'On EKS set vpcConfig.endpointPublicAccess to false and endpointPrivateAccess to true; on AKS set apiServerAccessProfile.enablePrivateCluster to true',
  appliesTo: [EKS, AKS],
  onlyIn: ['prod'],
  validations: [
    {
      expression: forTypes(
        [EKS],
        `(${equals('resource', 'vpcConfig.endpointPublicAccess', false)} &&
          ${equals('resource', 'vpcConfig.endpointPrivateAccess', true)})`,
      ),
      message: 'The API of the EKS cluster has a public address',
    },
    {
      expression: forTypes([AKS], equals('resource', 'apiServerAccessProfile.enablePrivateCluster', true)),
      message: 'The API of the AKS cluster has a public address',
    },
  ],
};
