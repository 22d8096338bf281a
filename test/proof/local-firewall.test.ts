/**
 * The loopback cluster's firewall with the kernel's own judgement: nftables takes the rules of every environment, and
 * packets between pods fare as the NetworkPolicies say when another reading of them is asked.
 */
import type { Manifest } from '../../policies/manifest';
import type { ClusterPlan, PodPlan } from '../../stacks/local/cluster-plan';
import { firewallTables } from '../../stacks/local/firewall/firewall';
import { parseCounters } from '../../stacks/local/node/firewall-loader';
import { planCluster } from '../../stacks/local/plan/plan';
import { localSecrets } from '../../stacks/local/secrets/secrets';
import { ENVIRONMENT_NAMES, synthesisOf } from '../environments';
import { isAllowed, type Host, type NetworkPolicy } from '../properties/network-evaluator';
import { object, planOf, PROGRAMS, workload } from '../stacks/local/plan-fixture';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';
import { PodNetworkTrial, inNamespaces, type Attempt, type Outcome } from './local/pod-network-trial';
import { DNS_ADDRESS } from '../../stacks/local/plan/addresses';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LIMIT_MS = 300_000;
/** Where the environments' stores in the cloud would be; a pod with this address plays one. */
const OUTSIDE = '10.10.1.4';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hyperion-local-firewall-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function environmentPlan(name: string): ClusterPlan {
  const { objects, platform } = synthesisOf(name);
  const outside = { ...workload('Deployment', 'store'), metadata: { name: 'store', namespace: 'outside' } };
  return planCluster({
    name,
    objects: [...objects, { wave: 0, object: outside }],
    programs: PROGRAMS,
    secrets: localSecrets(
      join(folder, name),
      objects.map(({ object: each }) => each),
      new Date(),
    ),
    cloud: new Map([...platform.cloudRefs.keys()].map((ref) => [ref, `local-${ref}`])),
    outsiders: [{ workload: 'outside/store', address: OUTSIDE, names: [] }],
  });
}

function everyPod(plan: ClusterPlan): Set<string> {
  return new Set(plan.pods.map(({ namespace, name }) => `${namespace}/${name}`));
}

proof(['sandbox'], 'the firewall of the loopback cluster', () => {
  test.each(ENVIRONMENT_NAMES)(
    'nftables takes the rules of %s, and takes them again',
    async (name) => {
      const nft = await tool('sandbox', 'bin/nft');
      const plan = environmentPlan(name);
      const states = [new Set<string>(), everyPod(plan)];
      const files = states.flatMap((ready, state) =>
        firewallTables(plan, ready).map((text, index) => {
          const path = join(folder, `${name}-${state}-${index}.nft`);
          writeFileSync(path, text);
          return path;
        }),
      );
      const script = [
        'set -e',
        ...files.flatMap((path) => [`${nft} --check -f ${path}`, `${nft} -f ${path}`]),
      ];
      const rules = await inNamespaces([...script, `${nft} list ruleset`].join('\n'));
      expect(rules.match(/^table ip \w+/gm)).toEqual([
        'table ip hyperion_egress',
        'table ip hyperion_ingress',
        'table ip hyperion_services',
      ]);
    },
    LIMIT_MS,
  );

  test(
    'between all pods of hyperion-dev, and from them to all Services: what another reading of its policies allows',
    async () => {
      const plan = environmentPlan('hyperion-dev');
      const policies = plan.networkPolicies as unknown as NetworkPolicy[];
      const targets = [
        ...plan.pods.flatMap((pod) =>
          [...Object.values(pod.namedPorts), 443, 9999].map((port) => ({
            host: hostOf(pod),
            address: pod.address,
            port,
            behind: port,
          })),
        ),
        ...plan.services.flatMap(({ namespace, selector, clusterAddress, ports }) => {
          const pod = plan.pods.find((each) => each.namespace === namespace && isSelected(each, selector));
          if (pod === undefined || clusterAddress === undefined) return [];
          return ports.map(({ port, targetPort }) => ({
            host: hostOf(pod),
            address: clusterAddress,
            port,
            behind: targetPort,
          }));
        }),
        { host: KUBE_DNS, address: DNS_ADDRESS, port: 53, behind: 53 },
        { host: KUBE_DNS, address: DNS_ADDRESS, port: 54, behind: 54 },
      ];
      const attempts = plan.pods.flatMap((from) => targets.map((target) => ({ from, ...target })));
      const expected = attempts.map(({ from, host, behind }): Outcome => {
        const self = host.kind === 'pod' && host.labels === from.labels;
        const packet = { from: hostOf(from), to: host, port: behind, protocol: 'TCP' as const };
        return self || isAllowed(policies, packet) ? 'refused' : 'rejected';
      });
      // One pod behind each Service, so that it is known which one answers.
      const firstPods = new Set([...everyPod(plan)].filter((pod) => pod.endsWith('-0')));
      // A drop would have to be waited for; the rules are the same but for that word.
      const tables = firewallTables(plan, firstPods).map((table) =>
        table.replaceAll('counter drop', 'counter reject with icmp admin-prohibited'),
      );
      const trial = new PodNetworkTrial(plan, await tool('sandbox', 'bin/nft'));
      try {
        const { outcomes } = await trial.run(tables, attempts);
        const wrong = attempts.flatMap(({ from, address, port }, index) =>
          outcomes[index] === expected[index]
            ? []
            : [`${from.name} → ${address}:${port}: ${outcomes[index] ?? ''}, not ${expected[index] ?? ''}`],
        );
        expect(wrong).toEqual([]);
        const counts = (outcome: Outcome): number => expected.filter((each) => each === outcome).length;
        // Both ways often enough to mean something.
        expect(counts('refused')).toBeGreaterThan(100);
        expect(counts('rejected')).toBeGreaterThan(1000);
      } finally {
        trial.close();
      }
    },
    LIMIT_MS,
  );

  describe('a small world', () => {
    const pod = (name: string, namespace: string, port: number, replicas = 1): Manifest => ({
      ...workload(
        'StatefulSet',
        name,
        { containers: [{ name, image: 'some', ports: [{ name: 'main', containerPort: port }] }] },
        { replicas },
      ),
      metadata: { name, namespace },
    });
    const service = (name: string, port: number, targetPort: number): Manifest =>
      object('Service', name, { spec: { selector: { app: name }, ports: [{ port, targetPort }] } });
    const plan = planOf(
      [
        pod('api', 'shop', 80),
        pod('db', 'shop', 5432, 2),
        pod('stranger', 'bank', 80),
        pod('store', 'outside', 443),
        service('db', 15432, 5432),
        service('api', 8080, 80),
        object('NetworkPolicy', 'db', {
          spec: {
            podSelector: { matchLabels: { app: 'db' } },
            ingress: [
              {
                from: [
                  { podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['api'] }] } },
                ],
                ports: [{ port: 'main' }, { port: 8000, endPort: 8010 }],
              },
            ],
          },
        }),
        object('NetworkPolicy', 'api', {
          spec: {
            podSelector: { matchLabels: { app: 'api' } },
            policyTypes: ['Egress'],
            egress: [
              { to: [{ podSelector: {} }] },
              { to: [{ ipBlock: { cidr: '10.10.0.0/16', except: ['10.10.1.0/24'] } }] },
            ],
          },
        }),
      ],
      { outsiders: [{ workload: 'outside/store', address: '10.10.2.4', names: [] }] },
    );
    const find = (name: string): PodPlan => {
      const found = plan.pods.find((each) => each.name === name);
      if (found === undefined) throw new Error(`no pod ${name}`);
      return found;
    };
    const clusterAddress = (name: string): string =>
      plan.services.find((each) => each.name === name)?.clusterAddress ?? '';
    const [api, first, second, stranger] = [find('api-0'), find('db-0'), find('db-1'), find('stranger-0')];

    async function outcomesOf(attempts: readonly Attempt[], ready: ReadonlySet<string>, before = '') {
      const trial = new PodNetworkTrial(plan, await tool('sandbox', 'bin/nft'));
      try {
        // Twice: the second text replaces the first.
        const tables = [...firewallTables(plan, new Set()), ...firewallTables(plan, ready)];
        return await trial.run(tables, attempts, before);
      } finally {
        trial.close();
      }
    }

    test(
      'what no policy allows is dropped, and counted for its pod',
      async () => {
        const { outcomes, rules } = await outcomesOf(
          [
            { from: api, address: first.address, port: 5432 },
            { from: api, address: first.address, port: 8005 },
            { from: api, address: first.address, port: 8011 },
            { from: first, address: second.address, port: 5432 },
            { from: stranger, address: second.address, port: 5432 },
            { from: api, address: stranger.address, port: 80 },
            { from: stranger, address: api.address, port: 80 },
            { from: first, address: stranger.address, port: 1 },
            { from: api, address: '10.10.2.4', port: 443 },
            { from: api, address: DNS_ADDRESS, port: 53 },
            { from: stranger, address: DNS_ADDRESS, port: 53 },
          ],
          everyPod(plan),
        );
        expect(outcomes).toEqual([
          'refused',
          'refused',
          'silent',
          'silent',
          'silent',
          'silent',
          'refused',
          'refused',
          'refused',
          'silent',
          'refused',
        ]);
        const counters = new Map(parseCounters(rules).map(({ chain, packets }) => [chain, packets > 0]));
        expect(Object.fromEntries(counters)).toEqual({
          'egress/shop/api-0': true,
          'ingress/shop/db-0': true,
          'ingress/shop/db-1': true,
        });
      },
      LIMIT_MS,
    );

    test(
      'the node itself reaches every pod',
      async () => {
        // One that fails ends the script, and so the trial.
        const probe = (address: string): string =>
          `said=$( (exec 3<>/dev/tcp/${address}/5432) 2>&1 || true ); [[ $said == *'Connection refused'* ]]`;
        const { outcomes } = await outcomesOf(
          [],
          everyPod(plan),
          [first, second].map(({ address }) => probe(address)).join('\n'),
        );
        expect(outcomes).toEqual([]);
      },
      LIMIT_MS,
    );

    test(
      'a Service leads to its ready pods alone, is refused without one, and leads a pod to itself',
      async () => {
        const trial = new PodNetworkTrial(plan, await tool('sandbox', 'bin/nft'));
        const listener = join(folder, 'listen.js');
        writeFileSync(
          listener,
          "const [, , port, file] = process.argv;\nrequire('node:net').createServer().listen(Number(port), () => require('node:fs').writeFileSync(file, ''));\n",
        );
        const listening = (who: PodPlan, port: number): string => {
          const ready = join(folder, `${who.name}.ready`);
          return [
            `rm -f ${ready}`,
            `nsenter --net=/run/netns/${trial.namespaceOf(who)} ${process.execPath} ${listener} ${port} ${ready} > ${join(folder, 'listener.log')} 2>&1 &`,
            `until [ -e ${ready} ]; do sleep 0.05; done`,
          ].join('\n');
        };
        const toService = { from: api, address: clusterAddress('db'), port: 15432 };
        const toItself = { from: api, address: clusterAddress('api'), port: 8080 };
        const other = { from: api, address: clusterAddress('db'), port: 1 };
        try {
          // Somebody listens in the second pod only: were the first asked, it would refuse.
          const before = [listening(second, 5432), listening(api, 80)].join('\n');
          const ready = firewallTables(plan, new Set(['shop/db-1', 'shop/api-0']));
          expect((await trial.run(ready, [toService, toItself, other], before)).outcomes).toEqual([
            'connected',
            'connected',
            'refused',
          ]);
          const none = firewallTables(plan, new Set());
          expect((await trial.run([...ready, ...none], [toService], before)).outcomes).toEqual(['refused']);
        } finally {
          trial.close();
        }
      },
      LIMIT_MS,
    );
  });
});

const KUBE_DNS: Host = { kind: 'pod', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } };

function hostOf({ namespace, labels, address }: PodPlan): Host {
  return address === OUTSIDE ? { kind: 'address', address } : { kind: 'pod', namespace, labels };
}

function isSelected({ labels }: PodPlan, selector: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}
