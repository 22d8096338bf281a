/**
 * How large a machine may be, read from the name of its size: Azure writes the vCPUs, AWS the multiple of four.
 */
import { isSet } from '../cel';
import type { Validation } from '../rule';
import { every, forTypes } from './expressions';
import type { ResourceType } from './rule';

export const DEVELOPMENT_VCPUS = 8;
/** The largest that capacity planning proposes is 32: a machine that fails takes this share of a zone with it. */
export const LARGEST_VCPUS = 32;

const AKS = 'azure-native:containerservice:ManagedCluster';
const POOL = 'azure-native:containerservice:AgentPool';
const SERVER = 'azure-native:dbforpostgresql:Server';
const NODE_GROUP = 'aws:eks/nodeGroup:NodeGroup';
const DATABASES: readonly ResourceType[] = [
  'aws:rds/clusterInstance:ClusterInstance',
  'aws:rds/instance:Instance',
];

export const SIZED: readonly ResourceType[] = [AKS, POOL, SERVER, NODE_GROUP, ...DATABASES];

export function sizeLimit(vcpus: number): Validation[] {
  const azure = (value: string): string => `${value}.matches('${azurePattern(vcpus)}')`;
  const aws = (value: string): string => `${value}.matches('${awsPattern(vcpus)}')`;
  return [
    {
      expression: forTypes(
        [AKS],
        every('resource', 'agentPoolProfiles', `(!has(e.vmSize) || ${azure('e.vmSize')})`),
      ),
      message: 'A pool of the cluster has machines that are too large',
    },
    {
      expression: forTypes([POOL], `(!has(resource.vmSize) || ${azure('resource.vmSize')})`),
      message: 'The pool has machines that are too large',
    },
    {
      expression: forTypes([SERVER], `(!${isSet('resource', 'sku.name')} || ${azure('resource.sku.name')})`),
      message: 'The server is too large',
    },
    {
      expression: forTypes([NODE_GROUP], every('resource', 'instanceTypes', aws('e'))),
      message: 'The node group has machines that are too large',
    },
    {
      expression: forTypes(DATABASES, `(!has(resource.instanceClass) || ${aws('resource.instanceClass')})`),
      message: 'The database is too large',
    },
  ];
}

/** Families whose names begin so have GPUs, or memory that is counted in terabytes. */
function azurePattern(vcpus: number): string {
  return `^Standard_[A-LO-Z][A-Z]?(${upTo(vcpus)})([a-z]|_|-|$)`;
}

function awsPattern(vcpus: number): string {
  return `^(db[.])?(serverless|[acimrt][0-9a-z]*[.](nano|micro|small|medium|large|xlarge|(${upTo(vcpus / 4)})xlarge))$`;
}

function upTo(most: number): string {
  return Array.from({ length: most }, (_, index) => index + 1).join('|');
}
