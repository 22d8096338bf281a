/**
 * What every cluster's agents do, with the real programs: node-exporter with its rendered flags gives this machine's
 * metrics; kube-state-metrics and vmagent, each with the token of its own service account, find and read what they are
 * to watch on a real API server; and all of it arrives in a real VictoriaMetrics under the cluster's labels.
 *
 * Not run: kubelets (they are found, nobody answers there), pods (objects that stand for the programs of the test),
 * NetworkPolicies. Addresses are turned to this machine's by one more step of relabelling for each.
 */
import { Duration } from 'cdk8s';
import { complete } from '../../constructs/core/complete';
import type { Manifest } from '../../policies/manifest';
import { fieldsAt, listAt, podTemplateOf } from '../../stacks/manifest-data';
import { clusterAgent } from '../constructs/collect/cluster-fixture';
import { manifests } from '../constructs/core/fixture';
import { proof } from '../tools/proof';
import type { ApiClient } from './control-plane/api-client';
import { CONTROL_PLANE_TOOLS, ControlPlane } from './control-plane/control-plane';
import { namespace } from './control-plane/environment-cluster';
import { until } from './control-plane/until';
import { AgentPrograms } from './scrapes/agent-programs';

jest.setTimeout(240_000);

const LIMIT_MS = 90_000;
const NODE = 'node-1';
/** In the fixture's blocks. */
const AT = { node: '10.20.3.7', api: '10.20.0.4', state: '10.30.0.8', agent: '10.30.0.7', shop: '10.30.0.9' };

const { platform } = clusterAgent(() => ({
  interval: Duration.seconds(1),
  declared: { activeSeries: 10_000, samplesPerSecond: 10_000 },
}));
complete(platform);
const objects = manifests(platform) as unknown as readonly Manifest[];

interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly scrapeUrl: string;
  readonly lastError: string;
}

proof(
  [...CONTROL_PLANE_TOOLS, 'node-exporter', 'kube-state-metrics', 'victoria-metrics'],
  'the agents of a cluster',
  () => {
    let plane: ControlPlane;
    let programs: AgentPrograms | undefined;

    const running = (): AgentPrograms => {
      if (programs === undefined) throw new Error('the programs have not been started');
      return programs;
    };

    /** Labels of each series that answers the query. */
    async function series(query: string): Promise<Readonly<Record<string, string>>[]> {
      const url = `http://127.0.0.1:${running().ports.store}/api/v1/query?query=${encodeURIComponent(query)}&latency_offset=1ms`;
      const answer: unknown = await (await fetch(url)).json();
      return listAt(answer, 'data', 'result').map(
        (each) => fieldsAt(each, 'metric') as Readonly<Record<string, string>>,
      );
    }

    async function targets(): Promise<readonly Target[]> {
      const answer: unknown = await (
        await fetch(`http://127.0.0.1:${running().ports.agent}/api/v1/targets`)
      ).json();
      return listAt(answer, 'data', 'activeTargets') as Target[];
    }

    beforeAll(async () => {
      plane = await ControlPlane.start({ runsPods: false });
      for (const name of ['monitoring', 'agents', 'shop']) await plane.api.create(namespace(name));
      for (const object of objects.filter(isAboutPermissions)) await plane.api.apply(object);
      await putUp(plane.api);
      programs = new AgentPrograms(objects, plane.kubeconfig);
      await programs.start(({ nodeExporter, state, agent, api }) => ({
        [`${AT.node}:9100`]: nodeExporter,
        [`${AT.state}:8080`]: state,
        [`${AT.agent}:8429`]: agent,
        [`${AT.api}:443`]: api,
        [`${AT.shop}:9102`]: nodeExporter,
      }));
      const wanted = ['api-server', 'kube-state-metrics', 'node-exporter', 'pods-9102', 'vmagent'];
      await until(
        'everything that answers is scraped',
        LIMIT_MS,
        async () => {
          const up = new Set((await series('up == 1').catch(() => [])).map(({ job }) => job));
          return wanted.filter((job) => !up.has(job));
        },
        async () => [
          ...(await targets().catch(() => [])).map(
            ({ scrapeUrl, lastError }) => `${scrapeUrl}: ${lastError}`,
          ),
          ...['kube-state-metrics', 'vmagent'].map((name) => running().log(name).slice(-2000)),
        ],
      );
    });

    afterAll(async () => {
      await programs?.stop();
      await plane.stop();
    });

    test('vmagent finds each target once, where the model says, and nothing else', async () => {
      const found = (await targets()).map(({ labels, scrapeUrl }) => `${labels.job ?? ''} ${scrapeUrl}`);
      const { nodeExporter, state, agent, api } = running().ports;
      expect(found.sort()).toEqual([
        `api-server https://127.0.0.1:${api}/metrics`,
        `cadvisor https://${AT.node}:10250/metrics/cadvisor`,
        `kube-state-metrics http://127.0.0.1:${state}/metrics`,
        `kubelet https://${AT.node}:10250/metrics`,
        `node-exporter http://127.0.0.1:${nodeExporter}/metrics`,
        `pods-9102 http://127.0.0.1:${nodeExporter}/metrics`,
        `vmagent http://127.0.0.1:${agent}/metrics`,
      ]);
    });

    test('every series bears the cluster’s labels, and says where it comes from', async () => {
      expect(await series('count(up) by (cluster, environment)')).toEqual([
        { cluster: 'dev', environment: 'dev' },
      ]);
      expect(await series('up{job="node-exporter"}')).toMatchObject([
        { node: NODE, instance: NODE, pod: 'node-exporter', namespace: 'agents' },
      ]);
      expect(await series('up{job="pods-9102"}')).toMatchObject([{ pod: 'shop', namespace: 'shop' }]);
      expect(await series('apiserver_request_total{job="api-server"}')).not.toEqual([]);
    });

    test('node-exporter gives processors, memory, file systems and network, and no container’s devices', async () => {
      for (const metric of [
        'node_cpu_seconds_total',
        'node_memory_MemAvailable_bytes',
        'node_filesystem_avail_bytes{mountpoint="/"}',
        'node_network_receive_bytes_total{device="lo"}',
        'node_load1',
      ]) {
        expect({ metric, found: (await series(metric)).length > 0 }).toEqual({ metric, found: true });
      }
      expect(await series('node_filesystem_avail_bytes{mountpoint=~"/(proc|sys|dev)(/.*)?"}')).toEqual([]);
      expect(await series('node_network_up{device=~"veth.*"}')).toEqual([]);
    });

    test('kube-state-metrics tells of other namespaces’ pods under their own names', async () => {
      expect(await series('kube_pod_info{pod="shop"}')).toMatchObject([
        { namespace: 'shop', node: NODE, job: 'kube-state-metrics', cluster: 'dev' },
      ]);
      expect(await series('kube_node_info')).toMatchObject([{ node: NODE }]);
      expect(await series('kube_secret_info')).toEqual([]);
    });

    test('it may list and watch all that it watches: nothing was forbidden', async () => {
      const text = await (await fetch(`http://127.0.0.1:${running().ports.telemetry}/metrics`)).text();
      const listed = [
        ...text.matchAll(/^kube_state_metrics_list_total\{resource="([^"]*)",result="(\w+)"/gm),
      ];
      expect(listed.filter(([, , result]) => result !== 'success')).toEqual([]);
      const watched = listAt(objectOf('ClusterRole', 'kube-state-metrics'), 'rules').flatMap((rule) =>
        listAt(rule, 'resources'),
      );
      expect(listed).toHaveLength(watched.length);
      expect(running().log('kube-state-metrics')).not.toMatch(/forbidden/i);
      expect(running().log('vmagent')).not.toMatch(/forbidden|unauthorized/i);
    });

    test('what it may not read it would say', async () => {
      const role = objectOf('ClusterRole', 'kube-state-metrics');
      const rules = listAt(role, 'rules').filter((rule) => !listAt(rule, 'apiGroups').includes('batch'));
      await plane.api.apply({ ...role, rules });
      await programs?.stop();
      programs = new AgentPrograms(objects, plane.kubeconfig);
      await programs.start(() => ({}));
      await until('it is refused', LIMIT_MS, () =>
        Promise.resolve(/forbidden/i.test(running().log('kube-state-metrics')) ? [] : ['not yet']),
      );
      await plane.api.apply(role);
    });
  },
);

/** A node, the API server's address, and pods that stand for the programs; one of somebody else's on a declared port. */
async function putUp(api: ApiClient): Promise<void> {
  await api.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: NODE } });
  await api.merge(
    { apiVersion: 'v1', kind: 'Node', name: NODE },
    {
      status: {
        addresses: [{ type: 'InternalIP', address: AT.node }],
        daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      },
    },
    'status',
  );
  await api.apply({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { 'kubernetes.io/service-name': 'kubernetes' },
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: [AT.api] }],
    ports: [{ name: 'https', port: 443, protocol: 'TCP' }],
  });
  await putPod(api, podOf('DaemonSet', 'node-exporter'), AT.node);
  await putPod(api, podOf('Deployment', 'kube-state-metrics'), AT.state);
  await putPod(api, podOf('StatefulSet', 'vmagent'), AT.agent);
  await putPod(api, shopPod('shop', '9102'), AT.shop);
  await putPod(api, shopPod('elsewhere', '9999'), '10.30.0.10');
}

function objectOf(kind: string, name: string): Manifest {
  const object = objects.find((each) => each.kind === kind && each.metadata.name === name);
  if (object === undefined) throw new Error(`no ${kind} ${name}`);
  return object;
}

function podOf(kind: string, name: string): Manifest {
  const object = objectOf(kind, name);
  const { labels, spec } = podTemplateOf(object) ?? {};
  const volumes = [
    ...listAt(spec, 'volumes'),
    ...(name === 'vmagent' ? [{ name: 'queue', emptyDir: {} }] : []),
  ];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: object.metadata.namespace ?? '', labels: labels },
    spec: { ...spec, volumes },
  };
}

function shopPod(name: string, port: string): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': port },
    },
    spec: {
      serviceAccountName: 'shop',
      automountServiceAccountToken: false,
      // Two ports, neither of them the annotation's: found twice, scraped once.
      containers: [{ name, image: 'shop', ports: [{ containerPort: 80 }, { containerPort: 81 }] }],
    },
  };
}

async function putPod(api: ApiClient, pod: Manifest, address: string): Promise<void> {
  const { name, namespace: where } = pod.metadata;
  if (where === 'shop') {
    await api.apply({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'shop', namespace: where },
    });
  }
  await api.create({ ...pod, spec: { ...fieldsAt(pod, 'spec'), nodeName: NODE } });
  await api.merge(
    { apiVersion: 'v1', kind: 'Pod', name, ...(where === undefined ? {} : { namespace: where }) },
    { status: { phase: 'Running', podIP: address, podIPs: [{ ip: address }] } },
    'status',
  );
}

function isAboutPermissions({ apiVersion, kind }: Manifest): boolean {
  return kind === 'ServiceAccount' || apiVersion.startsWith('rbac.authorization.k8s.io/');
}
