import { isSet, literal } from '../../cel';
import { forTypes } from '../expressions';
import type { ResourceType } from '../rule';
import type { CloudRule } from '../rule';

const POOL = 'azure-native:containerservice:AgentPool';
const NODE_GROUP = 'aws:eks/nodeGroup:NodeGroup';

/** It stands in two places, or another of its type stands in one where it does not: a pool for each zone is as good. */
const overPlaces = (type: ResourceType, places: string): string =>
  `(${isSet('resource', places)} && (resource.${places}.size() >= 2 ||
    resources.exists(r, r.type == ${literal(type)} && has(r.props.${places}) &&
      r.props.${places}.exists(p, !resource.${places}.exists(q, q == p)))))`;

export const nodePoolsOverZones: CloudRule = {
  id: 'node-pools-over-zones',
  title: 'Nodes stand in more than one zone in production',
  severity: 'high',
  reason: 'A zone fails as a whole; telemetry is needed most at that moment.',
  remedy: 'Name two zones (Azure) or the subnets of two zones (AWS), or add a pool for another zone',
  appliesTo: [POOL, NODE_GROUP],
  besides: [POOL, NODE_GROUP],
  onlyIn: ['prod'],
  validations: [
    {
      expression: forTypes([POOL], overPlaces(POOL, 'availabilityZones')),
      message: 'The pools of the cluster stand in one zone',
    },
    {
      expression: forTypes([NODE_GROUP], overPlaces(NODE_GROUP, 'subnetIds')),
      message: 'The node groups stand in one subnet, and so in one zone',
    },
  ],
};
