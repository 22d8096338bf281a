/**
 * The broker under load for a long time: five minutes, or HYPERION_BENCH_SOAK (`8h`). Half of what it takes at most is published
 * and consumed all the time; memory has to stay as it is after warming up, and the event loop on time.
 */
import { startDriver, type Driver } from './load/contender';
import { findCores, type Cores } from './load/cores';
import type { Throughput } from './load/run';
import { summarise } from './measure';
import { isMet, type RawLatency, type Row } from './row';
import { BUILD, ensureServicesBuilt } from './servers/service';
import { startWatchedBroker, type Vitals, type WatchedBroker } from './servers/watched-broker';

const HEADS = {
  memory: {
    id: 'soak-memory',
    title: 'broker’s memory at the end ÷ after warming up',
    goal: { atMost: 1.05 },
  },
  loop: { id: 'soak-loop', title: 'delay of the broker’s event loop', goal: { atMost: 10 } },
} as const;

const DEFAULT_DURATION = '5m';
const PEAK_S = 3;
const LOAD = 0.5;
const SAMPLE_S = 5;
/** Of the samples: the first are of warming up, then come as many to compare with as at the end. */
const WARM_UP = 0.2;
const COMPARED = 0.2;

interface Sample extends Vitals {
  readonly latency: RawLatency;
}

export async function* soakRows(): AsyncGenerator<Row> {
  const cores = findCores();
  if (typeof cores === 'string') {
    for (const { id, title } of Object.values(HEADS)) yield { kind: 'not run', id, title, reason: cores };
    return;
  }
  ensureServicesBuilt();
  yield* await soak(cores, parseDuration(process.env.HYPERION_BENCH_SOAK ?? DEFAULT_DURATION));
}

/** `90s`, `5m`, `8h` as seconds. */
export function parseDuration(text: string): number {
  const [, digits, unit] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  const factor = { s: 1, m: 60, h: 3600 }[unit ?? ''];
  const seconds = Number(digits) * (factor ?? NaN);
  if (!(seconds >= 60)) {
    throw new RangeError(
      `bench: HYPERION_BENCH_SOAK = ${JSON.stringify(text)}: a duration of a minute or more, such as 5m or 8h`,
    );
  }
  return seconds;
}

async function soak(cores: Cores, seconds: number): Promise<Row[]> {
  const stops: (() => Promise<void>)[] = [];
  try {
    const broker = await startWatchedBroker(cores, 'flush');
    stops.push(broker.stop);
    const { url, token = '' } = broker;
    const publisher = await startDriver('enqueue', { url, token }, cores.load);
    stops.push(publisher.stop);
    const consumer = await startDriver('consume', { url, token, build: BUILD }, cores.load);
    stops.push(consumer.stop);
    const peak = await publisher.order<Throughput>({ kind: 'full speed', seconds: PEAK_S });
    const itemsPerS = (peak.items / peak.seconds) * LOAD;
    const before = broker.process.cpuS();
    const samples = await underLoad(broker, publisher, consumer, itemsPerS, Math.round(seconds / SAMPLE_S));
    const cpuS = broker.process.cpuS() - before;
    return rowsOf(samples, itemsPerS, cpuS);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function underLoad(
  broker: WatchedBroker,
  publisher: Driver,
  consumer: Driver,
  itemsPerS: number,
  count: number,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  await broker.vitals();
  while (samples.length < count) {
    const consumed = consumer.order({ kind: 'full speed', seconds: SAMPLE_S });
    const latency = await publisher.order<RawLatency>({ kind: 'fixed rate', seconds: SAMPLE_S, itemsPerS });
    await consumed;
    samples.push({ latency, ...(await broker.vitals()) });
  }
  return samples;
}

function rowsOf(samples: readonly Sample[], itemsPerS: number, cpuS: number): Row[] {
  const seconds = samples.length * SAMPLE_S;
  const [from, size] = [WARM_UP, COMPARED].map((share) => Math.ceil(samples.length * share)) as [
    number,
    number,
  ];
  const early = summarise(samples.slice(from, from + size).map(({ rssBytes }) => rssBytes)).median;
  const growth = summarise(samples.slice(-size).map(({ rssBytes }) => rssBytes / early));
  const delays = summarise(samples.slice(from).map(({ loopP99Ms }) => loopP99Ms));
  const median = (value: (sample: Sample) => number): number => summarise(samples.map(value)).median;
  const raw = {
    a: {
      program: `broker, ${seconds} s`,
      itemsPerS,
      cpuSPerMillion: (cpuS / (itemsPerS * seconds)) * 1e6,
      busy: cpuS / seconds,
      latency: {
        itemsPerS,
        p50Ms: median(({ latency }) => latency.p50Ms),
        p99Ms: median(({ latency }) => latency.p99Ms),
        p999Ms: median(({ latency }) => latency.p999Ms),
      },
    },
  };
  const common = { kind: 'measured', rounds: 1, raw } as const;
  const note =
    `DURABILITY=flush, ${Math.round(itemsPerS)} messages of 256 bytes a second, one a request, for ${seconds} s, one consumer; ` +
    `${Math.round(early / 2 ** 20)} MiB after ${from * SAMPLE_S} s of warming up; samples of ${SAMPLE_S} s`;
  return [
    {
      ...common,
      ...HEADS.memory,
      unit: 'ratio',
      of: 'resident memory',
      figure: growth,
      met: isMet(growth, HEADS.memory.goal),
      note: `${note}.`,
    },
    {
      ...common,
      ...HEADS.loop,
      unit: 'ms',
      of: 'p99 of each sample',
      figure: delays,
      met: isMet(delays, HEADS.loop.goal),
    },
  ];
}
