/** Everything that the rules and dashboards of an environment can find in the store that they ask. */
import { ENVIRONMENTS } from '../../stacks/environments';
import { listAt, podTemplateOf } from '../../stacks/manifest-data';
import type { Synthesis } from '../../stacks/synthesis';
import { ENVIRONMENT_NAMES, synthesisOf } from '../environments';
import { inventoryOf, seriesOf } from './inventory';
import { outputLabels } from './promql-output';
import { seriesGroups, type SeriesGroup } from './series-groups';
import { recordingsOf } from './uses';

/** Scraped by whoever was there before, in clusters whose storage is Rook's. Its operator makes the ServiceMonitor. */
const CEPH_LABELS = ['job', 'instance', 'namespace', 'pod', 'service', 'container', 'endpoint'];
const WRITERS = /^(config|manifests)\//;
const ALERTS = new Map([
  ['ALERTS', 'any labels'],
  ['ALERTS_FOR_STATE', 'any labels'],
] as const);

export function seriesIn(name: string): readonly SeriesGroup[] {
  const synthesis = synthesisOf(name);
  return [
    ...storedTogether(name).flatMap((each) => seriesGroups(synthesisOf(each))),
    ...outside(synthesis),
    ...written(synthesis),
    { from: 'a recording rule', fixed: {}, series: recorded(synthesis) },
    { from: 'the evaluation of alerts', fixed: {}, series: ALERTS },
  ];
}

/** A hub's store has what the clusters of its system write to it: those that evaluate nothing themselves. */
export function storedTogether(name: string): readonly string[] {
  const system = ENVIRONMENTS[name]?.system;
  const writers = ENVIRONMENT_NAMES.filter(
    (other) => ENVIRONMENTS[other]?.system === system && evaluates(other) === undefined,
  );
  return evaluates(name) === undefined ? [name] : [name, ...writers];
}

/** Path of the rules that somebody in the environment evaluates. */
export function evaluates(name: string): string | undefined {
  return [...synthesisOf(name).files.keys()].find((path) => /^config\/[^/]+\/rules\.yml$/.test(path));
}

function outside({ objects }: Synthesis): readonly SeriesGroup[] {
  const ceph = inventoryOf('ceph');
  if (ceph === undefined || !objects.some(({ object }) => /rook|objectbucket/.test(object.apiVersion)))
    return [];
  const series = new Map(
    [...seriesOf(ceph)].map(([metric, labels]) => [metric, new Set([...labels, ...CEPH_LABELS])] as const),
  );
  return [{ from: 'Ceph, which runs already', fixed: {}, series }];
}

/** What nobody scrapes, for it is written to the store: in which rendered files it shows that somebody does. */
const WRITTEN: readonly { readonly list: string; readonly from: string; readonly shows: RegExp }[] = [
  { list: 'span-metrics', from: 'spans', shows: /^ {2}span_metrics:/m },
  { list: 'vmbackup', from: 'backups', shows: /hyperion_backup_last_success_timestamp_seconds\{pod=/ },
];

function written({ files }: Synthesis): readonly SeriesGroup[] {
  return WRITTEN.flatMap(({ list, from, shows }) => {
    const inventory = inventoryOf(list);
    const isWritten = [...files].some(([path, text]) => WRITERS.test(path) && shows.test(text));
    return inventory === undefined || !isWritten ? [] : [{ from, fixed: {}, series: seriesOf(inventory) }];
  });
}

function recorded(synthesis: Synthesis): SeriesGroup['series'] {
  const external = externalLabels(synthesis);
  const series = new Map<string, ReadonlySet<string> | 'any labels'>();
  for (const { record, expr, labels } of recordingsOf(synthesis)) {
    const known = series.get(record);
    const output = outputLabels(expr);
    if (output === undefined || known === 'any labels') series.set(record, 'any labels');
    else series.set(record, new Set([...(known ?? []), ...output, ...Object.keys(labels), ...external]));
  }
  return series;
}

/** vmalert puts these on what it records. */
function externalLabels({ objects }: Synthesis): readonly string[] {
  return objects
    .flatMap(({ object }) => listAt(podTemplateOf(object)?.spec, 'containers'))
    .flatMap((container) => listAt(container, 'args').map(String))
    .filter((arg) => arg.startsWith('-external.label='))
    .flatMap((arg) => arg.slice('-external.label='.length).split(','))
    .map((pair) => pair.split('=')[0] ?? '');
}
