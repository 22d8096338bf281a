/** `telemetry-dev` on the loopback cluster: readings go in, some are refused, they are asked for, and the store is away once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startEnvironment, type RunningEnvironment } from '../../proof/local/hyperion-cluster';
import { declaredMetrics } from './declared-metrics';
import type { Recording } from './recording';
import { recordJobs } from './scraped-jobs';

const ENVIRONMENT = 'telemetry-dev';
const READY_MS = 120_000;
const READINGS = 200;
/** Until what was sent is stored, and until the rules are evaluated once more. */
const SOME_TIME_MS = 30_000;

export const telemetryRecording: Recording = {
  name: 'telemetry',
  record: async () => {
    const running = await startEnvironment(ENVIRONMENT);
    try {
      await running.whenReady({ timeoutMs: READY_MS });
      await send(running, running.secret('telemetry-service-token'));
      await send(running, 'nobodys');
      await running.hold('influxdb');
      await send(running, running.secret('telemetry-service-token'));
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

async function send(running: RunningEnvironment, token: string): Promise<void> {
  const now = Date.now();
  const readings = Array.from({ length: READINGS }, (_, i) => ({
    metric: 'power',
    timeUs: (now - i) * 1000,
    value: i,
    tags: { uuid: `GPU-${i % 4}` },
  }));
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  await ask(running, 'telemetry-pipeline/streamer', '/readings', headers, JSON.stringify({ readings }));
}

async function ask(
  running: RunningEnvironment,
  service: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<void> {
  const { host, port } = running.address(service, 8080);
  const response = await fetch(`http://${host}:${port}${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body }),
    headers,
    signal: AbortSignal.timeout(READY_MS),
  });
  await response.arrayBuffer();
}
