import type { CloudRule } from '../rule';

const INSTANCE = 'aws:rds/clusterInstance:ClusterInstance';

export const auroraTwoInstances: CloudRule = {
  id: 'aurora-two-instances',
  title: 'Aurora has a second instance in production',
  severity: 'medium',
  reason: 'With one, a failed zone is ten minutes without a database; with two, less than one.',
  remedy: 'Add a ClusterInstance; Aurora puts it into another zone',
  appliesTo: ['aws:rds/cluster:Cluster'],
  besides: [INSTANCE],
  onlyIn: ['prod'],
  validations: [
    {
      expression: `resources.filter(r, r.type == '${INSTANCE}' && r.dependsOn.exists(d, d == urn)).size() >= 2`,
      message: 'The cluster has fewer than two instances',
    },
  ],
};
