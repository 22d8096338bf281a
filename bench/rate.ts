/** From two programs under load to a row of the results. */
import { startContender, type Contender, type RateSample, type RunningContender } from './load/contender';
import type { Cores } from './load/cores';
import { alternate, ratioOf, summarise } from './measure';
import { isMet, type Goal, type RawLatency, type RawLoad, type Row } from './row';

export const RATE_ROUNDS = 5;
const ROUND_S = 1.5;
const WARM_UP_S = 2;
/** Half of what the program does at most: a time at full load says how long the queue before it is. */
const LATENCY_LOAD = 0.5;
const LATENCY_S = 2;

/** Items per second of a program that has a processor to itself, or per second of processor time that it took. */
export type RateOf = 'rate' | 'rate per processor second';

export interface RateRow {
  readonly id: string;
  readonly title: string;
  /** What is counted, e.g. `messages`. */
  readonly items: string;
  /** @default 'rate' */
  readonly compared?: RateOf;
  readonly goal: Goal;
  readonly a: Contender;
  readonly b: Contender;
  /** The same load on something that costs next to nothing; also says what the driver itself costs. */
  readonly control?: Contender;
  /** Whether an item has a time that anybody waits for. */
  readonly withLatency: boolean;
  readonly note?: string;
}

/** What cannot be measured here says why, and keeps the other rows from nothing. */
export async function rateRow(row: RateRow, cores: Cores): Promise<Row> {
  const { id, title } = row;
  const running: RunningContender[] = [];
  try {
    return await measure(row, cores, running);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`bench: ${id}:`, error);
    return { kind: 'not run', id, title, reason: reason.split('\n')[0] ?? reason };
  } finally {
    for (const each of running) await each.stop();
  }
}

async function measure(row: RateRow, cores: Cores, running: RunningContender[]): Promise<Row> {
  const { id, title, items, compared = 'rate', goal, note, control } = row;
  const start = async (contender: Contender): Promise<RunningContender> => {
    const started = await startContender(contender, cores);
    running.push(started);
    return started;
  };
  const a = await start(row.a);
  const b = await start(row.b);
  await a.round(row.a.warmUpS ?? WARM_UP_S);
  await b.round(row.b.warmUpS ?? WARM_UP_S);
  const samples = await alternate(
    RATE_ROUNDS,
    () => a.round(ROUND_S),
    () => b.round(ROUND_S),
  );
  const figure = ratioOf(samples, (sample) =>
    compared === 'rate' ? sample.itemsPerS : 1 / sample.cpuSPerMillion,
  );
  const raw: Record<string, RawLoad> = {
    a: await rawLoad(a, samples.a, row.withLatency),
    b: await rawLoad(b, samples.b, row.withLatency),
  };
  if (control !== undefined) {
    const nothing = await start(control);
    await nothing.round(ROUND_S);
    raw.control = await rawLoad(nothing, [await nothing.round(ROUND_S)], false);
  }
  return {
    kind: 'measured',
    id,
    title,
    unit: 'ratio',
    of: compared === 'rate' ? `${items} per second` : `${items} per second of the server’s processor time`,
    figure,
    goal,
    met: isMet(figure, goal),
    rounds: RATE_ROUNDS,
    raw,
    ...(note === undefined ? {} : { note }),
  };
}

async function rawLoad(
  contender: RunningContender,
  samples: readonly RateSample[],
  withLatency: boolean,
): Promise<RawLoad> {
  const median = (value: (sample: RateSample) => number): number => summarise(samples.map(value)).median;
  const itemsPerS = median((sample) => sample.itemsPerS);
  const hasLoad = samples[0]?.loadBusy !== undefined;
  const latency: RawLatency | undefined = withLatency
    ? await contender.latency(LATENCY_S, itemsPerS * LATENCY_LOAD)
    : undefined;
  return {
    program: contender.program,
    itemsPerS,
    cpuSPerMillion: median((sample) => sample.cpuSPerMillion),
    busy: median((sample) => sample.busy),
    ...(hasLoad ? { loadBusy: median((sample) => sample.loadBusy ?? 0) } : {}),
    ...(latency === undefined ? {} : { latency }),
  };
}
