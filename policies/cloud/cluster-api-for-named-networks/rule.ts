import { equals, isSet } from '../../cel';
import { forTypes } from '../expressions';
import type { CloudRule } from '../rule';

const EKS = 'aws:eks/cluster:Cluster';
const AKS = 'azure-native:containerservice:ManagedCluster';
const EVERYWHERE = `(e == '0.0.0.0/0' || e == '::/0')`;

export const clusterApiForNamedNetworks: CloudRule = {
  id: 'cluster-api-for-named-networks',
  title: 'A public Kubernetes API answers to named networks only',
  severity: 'high',
  reason: 'Scanners find an open API server within hours.',
  remedy:
    'Name the networks of the administrators: vpcConfig.publicAccessCidrs on EKS, apiServerAccessProfile.authorizedIPRanges on AKS; or make the API private',
  appliesTo: [EKS, AKS],
  validations: [
    {
      expression: forTypes(
        [EKS],
        `(${equals('resource', 'vpcConfig.endpointPublicAccess', false)} ||
          (${isSet('resource', 'vpcConfig.publicAccessCidrs')} &&
            !resource.vpcConfig.publicAccessCidrs.exists(e, ${EVERYWHERE})))`,
      ),
      message: 'The API of the EKS cluster answers to the whole internet',
    },
    {
      expression: forTypes(
        [AKS],
        `(${equals('resource', 'apiServerAccessProfile.enablePrivateCluster', true)} ||
          (${isSet('resource', 'apiServerAccessProfile.authorizedIPRanges')} &&
            resource.apiServerAccessProfile.authorizedIPRanges.size() > 0 &&
            !resource.apiServerAccessProfile.authorizedIPRanges.exists(e, ${EVERYWHERE})))`,
      ),
      message: 'The API of the AKS cluster answers to the whole internet',
    },
  ],
};
