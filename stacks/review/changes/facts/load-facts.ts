/**
 * Signals of which more or less flows, with what follows from it: pods, room in queues, volumes, guarantees.
 */
import { humanBytes, humanSeconds } from '../../../../constructs/core/quantity';
import { worst } from '../../../diff/effects';
import type { GraphConnection } from '../../../graph-document';
import { addressOf } from '../../page/address';
import { connectionsById } from '../connections';
import { pairs, type Graphs } from '../graphs';
import { grouped } from '../grouped';
import { seconds } from '../guarantees';
import { componentOf, partyOf } from './flow-facts';
import { counted, fieldKey, firstOf, type Compared, type Fact } from './fact';

/** Less than a hundredth more or less is rounding. */
const NOTICED = 0.01;

interface LoadChange {
  readonly id: string;
  readonly signal: string;
  readonly connection: GraphConnection;
  readonly before: number;
  readonly after: number;
}

export function loadFacts(compared: Compared): Fact[] {
  const { graphs } = compared;
  if (graphs === undefined) return [];
  return grouped(loadsOf(graphs), ({ signal }) => signal).flatMap((ofSignal) => {
    // Samples and copies of a signal may change otherwise than the signal itself: the largest stream tells.
    const largest = ofSignal.reduce((most, one) => (one.before > most.before ? one : most));
    if (Math.abs(ratio(largest) - 1) < NOTICED) return [];
    const same = ofSignal.filter((one) => Math.abs(ratio(one) / ratio(largest) - 1) < NOTICED);
    return [loadFact(compared, graphs, largest, same)];
  });
}

function ratio({ before, after }: LoadChange): number {
  return after / before;
}

/** Of connections that carry one signal: those with several change with each of them. */
function loadsOf({ before, after }: Graphs): LoadChange[] {
  return pairs(connectionsById(before), connectionsById(after)).flatMap(
    ({ id, before: old, after: fresh }) => {
      const [signal, ...others] = fresh?.signals ?? [];
      const [a, b] = [old?.load?.bytesPerSecond ?? 0, fresh?.load?.bytesPerSecond ?? 0];
      if (fresh === undefined || signal === undefined || others.length > 0 || a === 0 || b === 0) return [];
      // Replicas hand each other more than comes in.
      const isInside = componentOf(after, fresh.from) === componentOf(after, partyOf(fresh.to));
      return isInside ? [] : [{ id, signal, connection: fresh, before: a, after: b }];
    },
  );
}

function loadFact(
  compared: Compared,
  graphs: Graphs,
  largest: LoadChange,
  same: readonly LoadChange[],
): Fact {
  const { signal } = largest;
  const components = new Set(
    same.flatMap(({ connection }) => [
      componentOf(graphs.after, connection.from),
      componentOf(graphs.after, partyOf(connection.to)),
    ]),
  );
  const isMore = ratio(largest) > 1;
  const follows = [
    amountsText(compared, components, 'pods', isMore),
    amountsText(compared, components, 'volumes', isMore),
    queuesText(graphs, signal, isMore),
    guaranteeText(compared, signal),
  ].filter((text) => text !== '');
  const rates = [largest.before, largest.after].map((rate) => `${humanBytes(rate)}/s`);
  const scaled = scalingOf(compared, components);
  return {
    topic: 'load',
    effect: worst(scaled.map(({ effect }) => effect)),
    link: addressOf('connection', largest.id),
    change:
      `${timesText(ratio(largest), signal)}: ${rates.join(' → ')} on ${largest.id}${same.length === 1 ? '' : ` and ${counted(same.length - 1, 'more connection')}`}` +
      (follows.length === 0 ? '' : `; so ${follows.join('; ')}`),
    subject: `load of ${signal}`,
    before: rates[0] ?? '',
    after: rates[1] ?? '',
    covers: scaled.map(({ key }) => key),
  };
}

function timesText(factor: number, signal: string): string {
  const percent = Math.round(Math.abs(factor - 1) * 1000) / 10;
  if (Math.abs(factor - 2) < NOTICED) return `Twice the ${signal}`;
  return factor > 1 ? `${percent} % more ${signal}` : `${percent} % fewer ${signal}`;
}

const SCALING = /^spec\.(?:replicas|minReplicas|maxReplicas)$/;

/** The changed replicas of these components. */
function scalingOf({ changes }: Compared, components: ReadonlySet<string>) {
  return changes.objects
    .filter(({ component }) => components.has(component))
    .flatMap(({ id, fields }) =>
      fields
        .filter(({ path, effect }) => SCALING.test(path) && effect === 'none')
        .map(({ path, effect }) => ({ key: fieldKey(id, path), effect })),
    );
}

/** Of the amounts that go the load's way: another change may have led others elsewhere. */
function amountsText(
  { changes }: Compared,
  components: ReadonlySet<string>,
  what: 'pods' | 'volumes',
  isMore: boolean,
): string {
  const shown = (value: number): string => (what === 'pods' ? String(value) : humanBytes(value));
  const own = changes.amounts
    .filter((amount) => amount.what === what && components.has(amount.component))
    .filter(({ before, after }) => after > before === isMore)
    .map(({ component, before, after }) => `${component} ${shown(before)} → ${shown(after)}`);
  return own.length === 0 ? '' : `${what} of ${firstOf(own)}`;
}

function queuesText({ before, after }: Graphs, signal: string, isMore: boolean): string {
  const queues = (graph: Graphs['after']): Map<string, number> =>
    new Map(
      graph.endpoints
        .filter(({ queue, signals }) => queue !== undefined && signals.length === 1 && signals[0] === signal)
        .map(({ id, topic, queue }) => [topic ?? id, queue?.capacityBytes ?? 0]),
    );
  const changed = pairs(queues(before), queues(after)).flatMap(({ id, before: a, after: b }) =>
    a === undefined || b === undefined || a === b || b > a !== isMore
      ? []
      : [`${id} ${humanBytes(a)} → ${humanBytes(b)}`],
  );
  return changed.length === 0 ? '' : `room in ${firstOf(changed, 2)}`;
}

/** The shortest of those that change on the signal's way. */
function guaranteeText({ changes, graphs }: Compared, signal: string): string {
  const connections = graphs === undefined ? new Map() : connectionsById(graphs.after);
  const own = changes.guarantees.filter(({ connection }) =>
    (connections.get(connection) as GraphConnection | undefined)?.signals.includes(signal),
  );
  const [shortest] = own;
  if (shortest === undefined) return '';
  const { connection, beforeSeconds, afterSeconds } = shortest;
  return `${connection} survives ${humanSeconds(seconds(afterSeconds))} instead of ${humanSeconds(seconds(beforeSeconds))}`;
}
