/** Of a component's page: what runs, who it speaks with, and what its pods ask for. */
import type { ComponentEntry, ConnectionEntry, WorkloadEntry } from '../../review-document';
import type { Context } from '../context';
import { h, type Child } from '../dom';
import { bytes, count, counted, cpu, NONE } from '../format';
import { signalTags } from '../parts/badge';
import { changedList } from '../parts/changed-list';
import { connectionLink, link } from '../parts/links';
import { facts, sheet } from '../parts/page-head';
import { table, type Column } from '../parts/table';
import { requestsOf } from '../requests';

export function componentSummary(context: Context, component: ComponentEntry): readonly Node[] {
  const { name, layer, namespace, startsInWave } = component;
  const totals = requestsOf(component);
  const own = component.connections
    .flatMap((id) => context.connections.get(id) ?? [])
    .filter(({ fromComponent, toComponent }) => fromComponent === toComponent);
  const changed = (context.review.changes?.objects ?? []).filter((object) => object.component === name);
  return [
    facts([
      ['Layer', layer],
      ['Namespace', namespace === '' ? NONE : namespace],
      ['Starts in wave', String(startsInWave)],
      ['Pods', count(totals.pods)],
      ['CPU', totals.pods === 0 ? undefined : cpu(totals.cpuMillis)],
      ['Memory', totals.pods === 0 ? undefined : bytes(totals.memoryBytes)],
      ['Volumes', totals.volumeBytes === 0 ? undefined : bytes(totals.volumeBytes)],
      ['In the picture', link('show', 'flow', name)],
    ]),
    ...(changed.length === 0 ? [] : [sheet('What changes', changedList(changed))]),
    sheet('Workloads', workloadTable(context, component)),
    sheet('Who connects to it', neighbours(context, component, 'in')),
    sheet('What it connects to', neighbours(context, component, 'out')),
    ...(own.length === 0
      ? []
      : [sheet('Among its own parts', neighbourTable(context, `own ${name}`, own, ''))]),
  ];
}

/** What one pod asks for, and what all ask for together. */
export function componentRequests(context: Context, component: ComponentEntry): readonly Node[] {
  const totals = requestsOf(component);
  return [
    sheet(
      'Requests and volumes',
      h(
        'p',
        { class: 'note' },
        `Together, at the declared number of pods: ${counted(totals.pods, 'pod')}, ${cpu(totals.cpuMillis)}, ${bytes(totals.memoryBytes)} of memory, ${bytes(totals.volumeBytes)} on volumes.`,
      ),
      table<WorkloadEntry>({
        id: `requests ${component.name}`,
        one: 'workload',
        states: context.tables,
        rows: component.workloads,
        none: 'It has no pods: nothing is requested.',
        columns: [
          {
            title: 'Workload',
            cell: ({ id, kind }) => [`${kind} ${id}`],
            sort: ({ id }) => id,
            look: 'wide',
          },
          podsColumn,
          number('CPU per pod', ({ cpuMillis }) => cpuMillis, cpu),
          number('CPU', ({ cpuMillis, replicas }) => cpuMillis * replicas, cpu),
          number('Memory per pod', ({ memoryBytes }) => memoryBytes, bytes),
          number('Memory', ({ memoryBytes, replicas }) => memoryBytes * replicas, bytes),
          number(
            'Volumes',
            ({ volumeBytes }) => volumeBytes,
            (value) => (value === 0 ? NONE : bytes(value)),
          ),
        ],
      }),
    ),
  ];
}

function number(
  title: string,
  value: (row: WorkloadEntry) => number,
  text: (value: number) => string,
): Column<WorkloadEntry> {
  return { title, cell: (row) => [text(value(row))], sort: value, look: 'number' };
}

const podsColumn: Column<WorkloadEntry> = {
  title: 'Pods',
  cell: ({ replicas, maxReplicas }) => [
    maxReplicas > replicas ? `${count(replicas)} to ${count(maxReplicas)}` : count(replicas),
  ],
  sort: ({ replicas }) => replicas,
  look: 'number',
};

function workloadTable(context: Context, component: ComponentEntry): HTMLElement {
  return table<WorkloadEntry>({
    id: `workloads ${component.name}`,
    one: 'workload',
    states: context.tables,
    rows: component.workloads,
    none: 'It has no pods of its own.',
    columns: [
      { title: 'Workload', cell: ({ id }) => [id], sort: ({ id }) => id },
      { title: 'Kind', cell: ({ kind }) => [kind] },
      podsColumn,
      {
        title: 'Images',
        cell: ({ images }) => lines(images.map((image) => link(image, 'images', image))),
        look: 'wide',
      },
      number('CPU per pod', ({ cpuMillis }) => cpuMillis, cpu),
      number('Memory per pod', ({ memoryBytes }) => memoryBytes, bytes),
    ],
  });
}

/** One below the other. */
export function lines(entries: readonly Child[]): Child[] {
  return [h('span', { class: 'lines' }, ...entries.map((entry) => h('span', {}, entry)))];
}

function neighbours(context: Context, { name, connections }: ComponentEntry, way: 'in' | 'out'): HTMLElement {
  const rows = connections
    .flatMap((id) => context.connections.get(id) ?? [])
    .filter(({ fromComponent, toComponent }) =>
      way === 'in'
        ? toComponent === name && fromComponent !== name
        : fromComponent === name && toComponent !== name,
    );
  const none = way === 'in' ? 'Nobody connects to it.' : 'It connects to nobody.';
  return neighbourTable(context, `${way} ${name}`, rows, none);
}

function neighbourTable(
  context: Context,
  id: string,
  rows: readonly ConnectionEntry[],
  none: string,
): HTMLElement {
  return table<ConnectionEntry>({
    id,
    one: 'connection',
    states: context.tables,
    rows,
    none,
    columns: [
      {
        title: 'Connection',
        cell: ({ id }) => [connectionLink(context, id)],
        sort: ({ id }) => id,
        look: 'widest',
      },
      { title: 'Purpose', cell: ({ purpose }) => [purpose], look: 'wide' },
      {
        title: 'Signals',
        cell: ({ signals }) => [signalTags(signals)],
        sort: ({ signals }) => signals.join(),
      },
      {
        title: 'Protocol',
        cell: ({ protocol, port }) => [`${protocol} ${port}`],
        sort: ({ protocol }) => protocol,
        look: 'tight',
      },
      {
        title: 'Delivery',
        cell: ({ delivery }) => [delivery],
        sort: ({ delivery }) => delivery,
        look: 'wide',
      },
    ],
  });
}
