/**
 * The system `hyperion` on the loopback cluster, with all three signals flowing: first in peace, then with the stores held
 * away, then with the processors, so that what fails, waits, takes the other way and is replayed is counted too.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CATALOG } from '../../../constructs/core/catalog';
import { Flow } from '../../proof/flows/flow';
import { HyperionPlatform, PROCESSORS } from '../../proof/flows/hyperion-platform';
import { LIMITS } from '../../proof/flows/limits';
import { SIGNALS } from '../../proof/flows/otlp';
import { startEnvironment, type RunningEnvironment } from '../../proof/local/hyperion-cluster';
import { merged } from '../exposition';
import type { Metric } from '../inventory';
import type { Recorded, Recording } from './recording';
import { recordJobs } from './scraped-jobs';

const ENVIRONMENT = 'hyperion-dev';
const STORES = ['loki', 'victoria-metrics-storage', 'clickhouse'] as const;
/** Longer than the first tries again of an exporter, and than a rule that is evaluated. */
const SOME_TIME_MS = 40_000;
const DAY_MS = 86_400_000;

export const hyperionRecording: Recording = {
  name: 'hyperion',
  record: async () => {
    const running = await startEnvironment(ENVIRONMENT);
    try {
      await running.whenReady({ timeoutMs: LIMITS.readyMs });
      const platform = new HyperionPlatform(running);
      const flows = SIGNALS.map((signal) => new Flow(platform, { signal, run: 'recorded' }));
      await sleep(SOME_TIME_MS);
      const under = 'three signals flowing, the stores away for a while, then the processors';
      const calm = await recordJobs(ENVIRONMENT, running, under);
      await platform.takeAway(STORES, () => sleep(SOME_TIME_MS));
      await platform.takeAway(PROCESSORS, () => sleep(SOME_TIME_MS));
      await askThroughTheDoor(running);
      await pushWhatIsRefused(running);
      await Promise.all(flows.map((flow) => flow.stop()));
      await sleep(SOME_TIME_MS);
      return [
        ...together(calm, await recordJobs(ENVIRONMENT, running, under)),
        await fromSpans(running, under),
      ];
    } finally {
      await running.stop();
    }
  },
};

/** What the trace processor makes of spans: nobody scrapes it, it is written to the store. */
async function fromSpans(running: RunningEnvironment, under: string): Promise<Recorded> {
  const { host, port } = running.address('victoria-metrics-select', 8481);
  const query = new URLSearchParams({ 'match[]': '{__name__=~"traces_.+"}' });
  const answer = await fetch(`http://${host}:${port}/select/0/prometheus/api/v1/series?${query.toString()}`);
  const { data } = (await answer.json()) as { readonly data: readonly Readonly<Record<string, string>>[] };
  const metrics = data.map(({ __name__ = '', ...labels }): Record<string, Metric> => ({
    [__name__]: { type: 'untyped', labels: Object.keys(labels) },
  }));
  return {
    program: 'span-metrics',
    version: CATALOG['otel-collector'].version,
    from: `${ENVIRONMENT}, ${under}: what the trace processor writes to the metrics store`,
    metrics: merged(metrics),
  };
}

/** A line that is older than Loki takes. */
async function pushWhatIsRefused(running: RunningEnvironment): Promise<void> {
  const { host, port } = running.address('loki', 3100);
  const values = [[String(BigInt(Date.now() - 30 * DAY_MS) * 1_000_000n), 'old']];
  await fetch(`http://${host}:${port}/loki/api/v1/push`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ streams: [{ stream: { service_name: 'recorded' }, values }] }),
    signal: AbortSignal.timeout(LIMITS.requestTimeoutMs),
  }).then((response) => response.arrayBuffer());
}

/** As Grafana does, and once as nobody may. */
async function askThroughTheDoor(running: RunningEnvironment): Promise<void> {
  const { host, port } = running.address('vmauth', 8427);
  for (const token of [running.secret('vmauth-grafana-token'), 'nobodys']) {
    await fetch(`http://${host}:${port}/api/v1/query?query=up`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(LIMITS.requestTimeoutMs),
    }).then((response) => response.arrayBuffer());
  }
}

function together(first: readonly Recorded[], second: readonly Recorded[]): readonly Recorded[] {
  return second.map((one) => ({
    ...one,
    metrics: merged(
      [one, ...first.filter(({ program }) => program === one.program)].map(({ metrics }) => metrics),
    ),
  }));
}
