/** A consumer that has stopped: the queue is full, everything goes to disk, and who publishes must not notice. */
import { startDriver, type Driver } from './load/contender';
import { findCores, type Cores } from './load/cores';
import type { Throughput } from './load/run';
import { alternate, ratioOf, summarise } from './measure';
import { RATE_ROUNDS } from './rate';
import { isMet, type Goal, type MeasuredRow, type RawLatency, type RawLoad, type Row } from './row';
import { BUILD } from './servers/service';
import { startWatchedBroker, type WatchedBroker } from './servers/watched-broker';

const HEADS = {
  latency: {
    id: 'broker-stalled-p99',
    title: 'time of an enqueue, consumer stalled, spilling to disk ÷ consumer keeping up',
    goal: { atMost: 2 },
  },
  loop: {
    id: 'broker-stalled-loop',
    title: 'delay of the broker’s event loop, consumer stalled, spilling to disk',
    goal: { atMost: 10 },
  },
} as const;

const PEAK_S = 2;
const ROUND_S = 2;
const LOAD = 0.5;

interface Round {
  readonly latency: RawLatency;
  readonly cpuS: number;
  readonly loopP99Ms: number;
}

export async function* stalledRows(): AsyncGenerator<Row> {
  const cores = findCores();
  const reason = typeof cores === 'string' ? cores : undefined;
  if (typeof cores !== 'string') {
    yield* await measure(cores);
    return;
  }
  for (const { id, title } of Object.values(HEADS))
    yield { kind: 'not run', id, title, reason: reason ?? '' };
}

async function measure(cores: Cores): Promise<Row[]> {
  const stops: (() => Promise<void>)[] = [];
  try {
    const start = async (): Promise<{ broker: WatchedBroker; publisher: Driver }> => {
      const broker = await startWatchedBroker(cores, 'memory');
      stops.push(broker.stop);
      const { url, token = '' } = broker;
      const publisher = await startDriver('enqueue', { url, token }, cores.load);
      stops.push(publisher.stop);
      return { broker, publisher };
    };
    const stalled = await start();
    const idle = await start();
    const { url, token = '' } = idle.broker;
    const consumer = await startDriver('consume', { url, token, build: BUILD }, cores.load);
    stops.push(consumer.stop);
    const peak = await stalled.publisher.order<Throughput>({ kind: 'full speed', seconds: PEAK_S });
    const itemsPerS = (peak.items / peak.seconds) * LOAD;
    const samples = await alternate(
      RATE_ROUNDS,
      () => round(stalled.broker, stalled.publisher, itemsPerS),
      async () => {
        const consumed = consumer.order({ kind: 'full speed', seconds: ROUND_S });
        const result = await round(idle.broker, idle.publisher, itemsPerS);
        await consumed;
        return result;
      },
    );
    const raw = {
      a: rawLoad('broker, nobody consumes', samples.a, itemsPerS),
      b: rawLoad('broker, consumer keeps up', samples.b, itemsPerS),
    };
    const note =
      `DURABILITY=memory, 256 bytes, one message a request, 32 connections, half of what it takes at most (${Math.round(itemsPerS)} a second); ` +
      'QUEUE_SIZE is passed in the first second';
    const common = { kind: 'measured', rounds: RATE_ROUNDS, raw } as const;
    const figures = {
      latency: ratioOf(samples, ({ latency }) => latency.p99Ms),
      loop: summarise(samples.a.map(({ loopP99Ms }) => loopP99Ms)),
    };
    return [
      withVerdict({
        ...common,
        ...HEADS.latency,
        unit: 'ratio',
        of: 'p99',
        figure: figures.latency,
        note: `${note}.`,
      }),
      withVerdict({ ...common, ...HEADS.loop, unit: 'ms', of: 'p99', figure: figures.loop }),
    ];
  } catch (error) {
    console.error('bench: broker-stalled:', error);
    const reason = error instanceof Error ? error.message : String(error);
    return Object.values(HEADS).map(({ id, title }) => ({ kind: 'not run', id, title, reason }));
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function round(broker: WatchedBroker, publisher: Driver, itemsPerS: number): Promise<Round> {
  await broker.vitals();
  const before = broker.process.cpuS();
  const latency = await publisher.order<RawLatency>({ kind: 'fixed rate', seconds: ROUND_S, itemsPerS });
  const cpuS = broker.process.cpuS() - before;
  const { loopP99Ms } = await broker.vitals();
  return { latency, cpuS, loopP99Ms };
}

function rawLoad(program: string, rounds: readonly Round[], itemsPerS: number): RawLoad {
  const median = (value: (round: Round) => number): number => summarise(rounds.map(value)).median;
  const cpuS = median((each) => each.cpuS);
  return {
    program,
    itemsPerS,
    cpuSPerMillion: (cpuS / (itemsPerS * ROUND_S)) * 1e6,
    busy: cpuS / ROUND_S,
    latency: {
      itemsPerS,
      p50Ms: median(({ latency }) => latency.p50Ms),
      p99Ms: median(({ latency }) => latency.p99Ms),
      p999Ms: median(({ latency }) => latency.p999Ms),
    },
  };
}

function withVerdict(row: Omit<MeasuredRow, 'met'> & { readonly goal: Goal }): MeasuredRow {
  return { ...row, met: isMet(row.figure, row.goal) };
}
