/**
 * The NetworkPolicies of every environment, by real connections: what the model draws gets through, and nothing else,
 * tried from one pod of each workload to every port of all others. Not tried: who comes from outside the cluster.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterPlan } from '../../stacks/local/cluster-plan';
import { LoopbackCluster } from '../../stacks/local/loopback-cluster';
import { ENVIRONMENT_NAMES, synthesisOf } from '../environments';
import { loopback } from '../tools/loopback';
import { proof } from '../tools/proof';
import { silentPlan, wrongConnections } from './local/connections';

jest.setTimeout(10 * 60_000);

proof(['sandbox'], 'The network of an environment', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hyperion-connections-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function tried(environment: string, change: (plan: ClusterPlan) => ClusterPlan): Promise<string[]> {
    const synthesis = synthesisOf(environment);
    const plan = change(silentPlan(synthesis, join(folder, 'state')));
    const sandbox = await loopback.sandbox();
    const cluster = await LoopbackCluster.start({ plan, dir: join(folder, 'cluster'), sandbox });
    try {
      await cluster.whenReady({ timeoutMs: 3 * 60_000 });
      return await wrongConnections(synthesis, plan, cluster);
    } finally {
      await cluster.stop();
    }
  }

  it.each(ENVIRONMENT_NAMES)('%s: what is drawn gets through, and nothing else', async (environment) => {
    expect(await tried(environment, (plan) => plan)).toEqual([]);
  });

  const LOGS = ['loki', 'vmauth', 'otel-logs'];

  it('without Loki’s NetworkPolicy, nobody gets through to Loki', async () => {
    const wrong = await tried('hyperion-dev', (plan) => ({
      ...plan,
      pods: plan.pods.filter(({ workload }) => LOGS.includes(workload)),
      networkPolicies: plan.networkPolicies.filter(({ metadata }) => metadata.name !== 'loki'),
    }));
    expect(wrong).toEqual(['otel-logs → loki:3100 is drawn and does not get through']);
  });

  it('without the NetworkPolicies of a namespace, everybody in it gets through', async () => {
    const wrong = await tried('hyperion-dev', (plan) => ({
      ...plan,
      pods: plan.pods.filter(({ workload }) => LOGS.includes(workload)),
      networkPolicies: plan.networkPolicies.filter(({ metadata }) => metadata.namespace !== 'hyperion-store'),
    }));
    expect(wrong).toContain('vmauth → loki:3100 gets through and is not drawn');
  });
});
