/**
 * What watches a cluster, before a real API server: node-exporter, kube-state-metrics, vmagent with targets, and the API
 * server's own metrics. Kubelets and pods are simulated (KWOK), so cAdvisor and the kubelet are documented lists.
 */
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Duration } from 'cdk8s';
import { CATALOG } from '../../../constructs/core/catalog';
import { complete } from '../../../constructs/core/complete';
import type { Manifest } from '../../../policies/manifest';
import { clusterAgent } from '../../constructs/collect/cluster-fixture';
import { manifests } from '../../constructs/core/fixture';
import { clusterNodes } from '../../proof/control-plane/cluster-nodes';
import { ControlPlane } from '../../proof/control-plane/control-plane';
import { namespace } from '../../proof/control-plane/environment-cluster';
import { AgentPrograms } from '../../proof/scrapes/agent-programs';
import { kubernetes } from '../../tools/kubernetes';
import { tool } from '../../tools/obtain';
import { parseExposition } from '../exposition';
import { CLUSTER_OBJECTS, UNWELL } from './cluster-objects';
import { metricsAt, type Recorded, type Recording } from './recording';

/** Until the Job is too late, the CronJob has run, and everything has been listed and scraped. */
const SOME_TIME_MS = 75_000;
const BEFORE = 'before a real API server with simulated nodes and pods';

export const agentsRecording: Recording = {
  name: 'agents',
  record: async () => {
    const objects = agentObjects();
    const plane = await ControlPlane.start();
    const programs = new AgentPrograms(objects, plane.kubeconfig);
    try {
      await fill(plane, objects);
      // Every discovered API server is asked at this machine's address: the other targets have none here.
      await programs.start(({ api, agent }) => ({ '.*:443': api, '.*:6443': api, '.*:8429': agent }));
      await sleep(SOME_TIME_MS);
      return await recorded(plane, programs);
    } finally {
      await programs.stop();
      await plane.stop();
    }
  },
};

function agentObjects(): readonly Manifest[] {
  const { platform } = clusterAgent(() => ({
    interval: Duration.seconds(1),
    declared: { activeSeries: 10_000, samplesPerSecond: 10_000 },
  }));
  complete(platform);
  return manifests(platform) as unknown as readonly Manifest[];
}

async function fill({ api }: ControlPlane, objects: readonly Manifest[]): Promise<void> {
  for (const name of ['monitoring', 'agents', UNWELL.ref.namespace]) await api.create(namespace(name));
  for (const object of objects.filter(isAboutPermissions)) await api.apply(object);
  for (const node of clusterNodes(objects, 1, 1)) await api.create(node);
  for (const object of CLUSTER_OBJECTS) await api.create(object);
  await api.merge(UNWELL.ref, { status: UNWELL.status }, 'status');
}

async function recorded(plane: ControlPlane, { ports }: AgentPrograms): Promise<readonly Recorded[]> {
  const at = (port: number): ReturnType<typeof metricsAt> => metricsAt(`http://127.0.0.1:${port}/metrics`);
  const kubectl = await tool('kubernetes', 'kubectl');
  const apiServer = execFileSync(kubectl, [`--kubeconfig=${plane.kubeconfig}`, 'get', '--raw', '/metrics'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const of = (program: keyof typeof CATALOG, from: string): Omit<Recorded, 'metrics'> => ({
    ...{ program, version: CATALOG[program].version, from },
  });
  return [
    { ...of('node-exporter', 'our arguments, on this machine'), metrics: await at(ports.nodeExporter) },
    { ...of('kube-state-metrics', `our arguments, ${BEFORE}`), metrics: await at(ports.state) },
    { ...of('vmagent', BEFORE), metrics: await at(ports.agent) },
    {
      ...{
        program: 'kube-apiserver',
        version: kubernetes.version,
        from: 'with etcd, controllers and a scheduler',
      },
      metrics: parseExposition(apiServer),
    },
  ];
}

function isAboutPermissions({ apiVersion, kind }: Manifest): boolean {
  return kind === 'ServiceAccount' || apiVersion.startsWith('rbac.authorization.k8s.io/');
}
