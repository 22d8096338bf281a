/**
 * What runs: every workload and task with its programs, their versions and licences, and what it asks of the cluster.
 */
import type { CatalogEntry } from '../../constructs/core/catalog';
import { LAYERS, type Component } from '../../constructs/core/component';
import type { ContainerSpec } from '../../constructs/core/container-spec';
import type { Platform } from '../../constructs/core/platform';
import { namespaceRequests } from '../../constructs/core/pod-requests';
import { bytesOf, humanBytes, quantity } from '../../constructs/core/quantity';
import { Task } from '../../constructs/core/task';
import { Workload } from '../../constructs/core/workload';
import { numberAt, textAt } from '../../stacks/manifest-data';
import type { Synthesis } from '../../stacks/synthesis';
import { code, stacked, table } from './markdown';

/** One table a layer, in data-flow order. */
export function programTables(platform: Platform): string {
  return LAYERS.flatMap((layer) => {
    const rows = platform.components
      .filter((component) => component.layer === layer)
      .flatMap((component) => rowsOf(platform, component));
    return rows.length === 0
      ? []
      : [
          `### ${layer}\n\n${table(['component', 'runs', 'program', 'licence', 'CPU', 'memory', 'volume'], rows)}`,
        ];
  }).join('\n\n');
}

function rowsOf(platform: Platform, component: Component): string[][] {
  const runs = platform.graph.parties.filter(
    (party): party is Workload | Task =>
      (party instanceof Workload || party instanceof Task) && party.componentName === component.node.id,
  );
  return runs.map((party, index) => {
    const containers = mainContainers(party);
    return [
      index === 0 ? `**${component.node.id}**<br>${component.summary}` : '',
      `${code(party.id)}<br>${howMany(party)}`,
      stacked(containers.map(({ image }) => `${image.name} ${versionOf(image)}`)),
      stacked(containers.map(({ image }) => image.license)),
      stacked(containers.map(({ resources }) => `${resources.cpuMillis}m`)),
      stacked(containers.map(({ resources }) => quantity(resources.memory))),
      party instanceof Workload
        ? stacked((party.spec.claims ?? []).map(({ name, size }) => `${name} ${quantity(size)}`))
        : '',
    ];
  });
}

function mainContainers(party: Workload | Task): readonly ContainerSpec[] {
  return [party.spec.container, ...(party instanceof Workload ? (party.spec.sidecars ?? []) : [])];
}

function versionOf({ version, endOfLife }: CatalogEntry): string {
  return endOfLife === undefined ? version : `${version} (until ${endOfLife})`;
}

function howMany(party: Workload | Task): string {
  if (party instanceof Workload) {
    if (party.kind === 'DaemonSet') return 'DaemonSet, on every node';
    const most = party.maxReplicas > party.replicas ? ` – ${party.maxReplicas}` : '';
    return `${party.kind} × ${party.replicas}${most}`;
  }
  if (party.spec.schedule !== undefined) return `CronJob, ${code(party.spec.schedule)}`;
  return party.spec.suspended === true ? 'Job, started by an operator' : 'Job';
}

/** What the pods of each namespace ask for at their largest, and the quota above it. */
export function namespaceTable({ platform, objects }: Synthesis): string {
  const quotas = objects.map(({ object }) => object).filter(({ kind }) => kind === 'ResourceQuota');
  const rows = quotas.map((quota) => {
    const namespace = quota.metadata.namespace ?? '';
    const requests = namespaceRequests(platform, namespace);
    const hard = (name: string): string =>
      textAt(quota, 'spec', 'hard', name) ?? String(numberAt(quota, 'spec', 'hard', name) ?? '');
    return {
      namespace,
      ...requests,
      volumes: volumeBytes(platform, namespace),
      quota: `${hard('pods')} pods, ${hard('requests.cpu')}, ${hard('requests.memory')}`,
    };
  });
  const sum = (value: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((total, row) => total + value(row), 0);
  const line = (
    name: string,
    [pods, cpuMillis, memory, volumes]: readonly [number, number, number, number],
    quota: string,
  ): string[] => [
    name,
    String(pods),
    `${Math.round(cpuMillis / 100) / 10}`,
    humanBytes(memory),
    humanBytes(volumes),
    quota,
  ];
  return table(
    ['namespace', 'pods at most', 'CPUs requested', 'memory requested', 'volumes', 'quota'],
    [
      ...rows.map((row) =>
        line(code(row.namespace), [row.pods, row.cpuMillis, row.memoryBytes, row.volumes], row.quota),
      ),
      line(
        '**all**',
        [
          sum((row) => row.pods),
          sum((row) => row.cpuMillis),
          sum((row) => row.memoryBytes),
          sum((row) => row.volumes),
        ],
        '',
      ),
    ],
  );
}

function volumeBytes(platform: Platform, namespace: string): number {
  return platform.graph.parties
    .filter((party): party is Workload => party instanceof Workload && party.reach.namespace === namespace)
    .flatMap((party) => (party.spec.claims ?? []).map(({ size }) => bytesOf(size) * party.replicas))
    .reduce((total, bytes) => total + bytes, 0);
}
