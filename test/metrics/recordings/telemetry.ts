/** `telemetry-dev` on the loopback cluster: readings go in, some are refused, they are asked for, and the store is away once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startEnvironment, type RunningEnvironment } from '../../proof/local/hyperion-cluster';
import { declaredMetrics } from './declared-metrics';
import type { Recording } from './recording';
import { recordJobs } from './scraped-jobs';

const ENVIRONMENT = 'telemetry-dev';
const READY_MS = 120_000;
const READINGS = 200;
/** Until the collector has given up on the store, and until the rules are evaluated once more. */
const SOME_TIME_MS = 30_000;
/** On a busy machine it takes a while until what is ready takes something, and until that is stored. */
const TAKES_MS = 60_000;
const LOOK_AGAIN_MS = 500;

export const telemetryRecording: Recording = {
  name: 'telemetry',
  record: async () => {
    const running = await startEnvironment(ENVIRONMENT);
    try {
      await running.whenReady({ timeoutMs: READY_MS });
      const token = running.secret('telemetry-service-token');
      await until('readings are taken', async () => (await send(running, token)) === 202);
      await until('a token is refused', async () => (await send(running, 'nobodys')) === 401);
      await until('readings are stored', () => isStored(running));
      await running.hold('influxdb');
      await until('readings are taken without the store', async () => (await send(running, token)) === 202);
      await sleep(SOME_TIME_MS);
      await running.release('influxdb');
      await running.whenReady({ timeoutMs: READY_MS });
      await sleep(SOME_TIME_MS);
      for (const path of ['/v1/devices', '/v1/count?metric=power&from=-1h', '/v1/nothing']) {
        await ask(running, 'telemetry-view/api', path, { 'x-api-key': running.secret('api-key') });
      }
      const under = 'readings sent, refused and asked for, the store away for a while';
      const recorded = await recordJobs(ENVIRONMENT, running, under);
      return [
        ...recorded,
        ...recorded
          .filter(({ program }) => program === 'telemetry-services')
          .map((ours) => ({
            ...ours,
            from: 'what no event has raised yet, as apps/*/metrics.ts declares it',
            metrics: declaredMetrics(),
          })),
      ];
    } finally {
      await running.stop();
    }
  },
};

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + TAKES_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not in ${TAKES_MS / 1000} s: ${what}`);
    await sleep(LOOK_AGAIN_MS);
  }
}

async function isStored(running: RunningEnvironment): Promise<boolean> {
  const to = Date.now();
  const hour = new URLSearchParams({
    metric: 'power',
    from: new Date(to - 3_600_000).toISOString(),
    to: new Date(to).toISOString(),
  });
  const { text } = await ask(running, 'telemetry-view/api', `/v1/count?${hour.toString()}`, {
    'x-api-key': running.secret('api-key'),
  });
  return /"count":[1-9]/.test(text);
}

/** @returns the status */
async function send(running: RunningEnvironment, token: string): Promise<number> {
  const now = Date.now();
  const readings = Array.from({ length: READINGS }, (_, i) => ({
    metric: 'power',
    timeUs: (now - i) * 1000,
    value: i,
    tags: { uuid: `GPU-${i % 4}` },
  }));
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const body = JSON.stringify({ readings });
  return (await ask(running, 'telemetry-pipeline/streamer', '/readings', headers, body)).status;
}

async function ask(
  running: RunningEnvironment,
  service: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const { host, port } = running.address(service, 8080);
  const response = await fetch(`http://${host}:${port}${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body }),
    headers,
    signal: AbortSignal.timeout(READY_MS),
  });
  return { status: response.status, text: await response.text() };
}
