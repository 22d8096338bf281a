/**
 * `npm start -- --once`: the sample goes through all five services, with its own times and as fast as it will, and what
 * comes out is counted.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { QueueTopic } from '../../apps/shared/queue/queue-client';
import { compareCounts, type CountLine, type Counts } from './counts';
import { laptopDefinitions } from './definitions';
import { Laptop } from './laptop';
import { LaptopError } from './laptop-error';
import { ServiceClient } from './service-client';
import { TOPIC } from './service-definition';
import { serviceProgram } from './service-program';
import { serviceReading } from './service-reading';
import { StateFolder } from './state-folder';
import { makeSample, type TelemetryLocalOptions } from './telemetry-local';

export interface OnceResult {
  readonly lines: readonly CountLine[];
  readonly agree: boolean;
  readonly seconds: number;
}

type OnceOptions = Pick<
  TelemetryLocalOptions,
  'root' | 'stateFolder' | 'progress' | 'report' | 'signal' | 'sample'
>;

interface Source {
  readonly state: string;
  readonly reason?: string;
  readonly rowsRead: number;
  readonly rowsPublished: number;
  readonly rowsRejected: number;
}

const POLL_MS = 200;
/** Nothing moves for so long: something is wrong. */
const STANDSTILL_MS = 60_000;

/** The state folder is emptied before, and gone afterwards when the counts agree. @throws LaptopError */
export async function runOnce(options: OnceOptions): Promise<OnceResult> {
  const { root, progress, report, signal } = options;
  const state = await StateFolder.open(options.stateFolder, { empty: true });
  await makeSample(state, options);
  const definitions = await laptopDefinitions({ state, mode: 'once' });
  const laptop = new Laptop({
    definitions,
    programOf: (name) => serviceProgram(root, name),
    logFileOf: (name) => state.logFile(name),
    report,
    progress,
  });
  const client = new ServiceClient(definitions, state.serviceToken);
  let isGood = false;
  try {
    const started = performance.now();
    await laptop.start(signal);
    const counts = await countedToTheEnd(client, options, laptop);
    const result = { ...compareCounts(counts), seconds: (performance.now() - started) / 1000 };
    isGood = result.agree;
    return result;
  } finally {
    await client.close();
    await laptop.stop();
    // What went wrong is in the logs.
    await (isGood ? state.remove() : state.release());
  }
}

/** Waits until nothing is under way any more. */
async function countedToTheEnd(client: ServiceClient, options: OnceOptions, laptop: Laptop): Promise<Counts> {
  let changedAt = performance.now();
  let before = '';
  for (;;) {
    if (options.signal.aborted) throw new LaptopError('interrupted before all rows were through', 1);
    const failed = laptop.services.find((service) => service.state === 'failed');
    if (failed !== undefined)
      throw new LaptopError(`${failed.name} does not run: the counts would not be whole`, 1);
    const look = await lookAt(client);
    options.progress(`${look.published} of ${look.read} rows published, ${look.waiting} messages wait`);
    if (look.isFinished && look.waiting === 0) return finalCounts(client, look);
    const now = JSON.stringify(look);
    if (now !== before) changedAt = performance.now();
    before = now;
    if (performance.now() - changedAt > STANDSTILL_MS) {
      throw new LaptopError(
        `nothing has moved for ${STANDSTILL_MS / 1000} s: ${look.published} of ${look.read} rows published ` +
          `(${look.reason}), ${look.waiting} messages wait; the logs are in ${options.stateFolder}/logs`,
        1,
      );
    }
    await sleep(POLL_MS);
  }
}

interface Look extends Pick<Counts, 'read' | 'published' | 'rejected' | 'deadLetters'> {
  readonly isFinished: boolean;
  readonly reason: string;
  readonly waiting: number;
}

async function lookAt(client: ServiceClient): Promise<Look> {
  const { sources } = await client.json<{ sources: Source[] }>('streamer', '/sources');
  const source = sources[0];
  // First the streamer, then the queue: what was published before is waiting, or done.
  const { topics } = await client.json<{ topics: QueueTopic[] }>('broker', '/topics');
  const read = source?.rowsRead ?? 0;
  const published = source?.rowsPublished ?? 0;
  const rejected = source?.rowsRejected ?? 0;
  if (source?.state === 'failed')
    throw new LaptopError(`the sample cannot be read: ${source.reason ?? ''}`, 1);
  return {
    read,
    published,
    rejected,
    isFinished: source?.state === 'finished' && read === published + rejected,
    reason: source?.reason ?? source?.state ?? 'it has not begun',
    waiting: messagesOf(topics, TOPIC),
    deadLetters: messagesOf(topics, `${TOPIC}.dead-letters`),
  };
}

async function finalCounts(client: ServiceClient, look: Look): Promise<Counts> {
  const metrics = await client.text('broker', '/metrics');
  const { acknowledged } = serviceReading(0, [], true, metrics).counters;
  const { read, published, rejected, deadLetters } = look;
  return { read, published, rejected, deadLetters, acknowledged, stored: await storedCount(client) };
}

/** Over the whole time that the store knows. */
async function storedCount(client: ServiceClient): Promise<number> {
  const { data } = await client.json<{ data: { firstSeen: string; lastSeen: string }[] }>(
    'api',
    '/v1/devices',
  );
  const from = data.map(({ firstSeen }) => firstSeen).sort()[0];
  const last = data
    .map(({ lastSeen }) => lastSeen)
    .sort()
    .at(-1);
  if (from === undefined || last === undefined) return 0;
  // The end of a range does not belong to it.
  const to = new Date(Date.parse(last) + 1000).toISOString();
  const query = new URLSearchParams({ from, to });
  const { count } = await client.json<{ count: number }>('api', `/v1/count?${query.toString()}`);
  return count;
}

function messagesOf(topics: readonly QueueTopic[], name: string): number {
  const partitions = topics.find(({ topic }) => topic === name)?.partitions ?? [];
  return partitions.reduce((sum, { ready, inFlight, onDisk }) => sum + ready + inFlight + onDisk, 0);
}
