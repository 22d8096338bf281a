/**
 * `telemetry-dev` from its manifests alone, as processes behind its own NetworkPolicies: readings go in at the streamer and
 * come out of the API, each once, with the broker, the collector and InfluxDB killed in between; Prometheus has the rules.
 */
import { synthesisOf } from '../environments';
import { startEnvironment, type RunningEnvironment } from './local/hyperion-cluster';
import { proof } from '../tools/proof';

const READINGS = 2000;
const BATCHES = 20;
const LIMIT_MS = 2 * 60_000;
/** Lost between two batches: what waits in memory, what is being written, the store itself. */
const KILLED: Readonly<Record<number, string>> = { 5: 'msg-queue', 10: 'collector', 15: 'influxdb' };

jest.setTimeout(3 * LIMIT_MS);

proof(
  ['sandbox', 'telemetry-services', 'influxdb', 'prometheus', 'alertmanager', 'postgresql'],
  'telemetry-dev on the loopback cluster',
  () => {
    let running: RunningEnvironment;
    beforeAll(async () => {
      running = await startEnvironment('telemetry-dev');
      await running.whenReady({ timeoutMs: LIMIT_MS });
    });
    afterAll(() => running.stop());

    async function asked(service: string, path: string, init: RequestInit = {}): Promise<Response> {
      const port = service.endsWith('prometheus') ? 9090 : 8080;
      const at = running.address(service, port);
      return fetch(`http://${at.host}:${at.port}${path}`, {
        ...init,
        signal: AbortSignal.timeout(30_000),
      });
    }

    /** Until it holds, with what was last seen when it does not. */
    async function until(what: string, attempt: () => Promise<string | undefined>): Promise<void> {
      const end = Date.now() + LIMIT_MS;
      let last = 'nothing';
      while (Date.now() < end) {
        const seen = await attempt().catch((error: unknown) => String(error));
        if (seen === undefined) return;
        last = seen;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      throw new Error(`${what}: ${last}`);
    }

    /** As a sender does: the same again until it is taken. */
    async function send(readings: readonly object[]): Promise<void> {
      await until('the streamer takes no readings', async () => {
        const answer = await asked('telemetry-pipeline/streamer', '/readings', {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${running.secret('telemetry-service-token')}`,
          },
          body: JSON.stringify({ readings }),
        });
        return answer.status === 202 ? undefined : `${answer.status} ${await answer.text()}`;
      });
    }

    test('every reading that was accepted is in the store once, whatever is killed', async () => {
      const startMs = Date.now() - READINGS * 1000;
      const all = Array.from({ length: READINGS }, (_, i) => ({
        metric: 'DCGM_FI_DEV_GPU_TEMP',
        timeUs: (startMs + i * 1000) * 1000,
        value: i,
        tags: { uuid: `GPU-${i % 16}`, gpu_id: String(i % 8), hostname: `host-${i % 2}` },
      }));
      for (let batch = 0; batch < BATCHES; batch += 1) {
        const victim = KILLED[batch];
        if (victim !== undefined) await running.kill(victim);
        const size = READINGS / BATCHES;
        await send(all.slice(batch * size, (batch + 1) * size));
      }
      const range = new URLSearchParams({
        metric: 'DCGM_FI_DEV_GPU_TEMP',
        from: new Date(startMs - 60_000).toISOString(),
        to: new Date(startMs + READINGS * 1000 + 60_000).toISOString(),
      });
      await until('not all readings came through', async () => {
        const answer = await asked('telemetry-view/api', `/v1/count?${range.toString()}`, {
          headers: { 'x-api-key': running.secret('api-key') },
        });
        const text = await answer.text();
        return new RegExp(`[:\\s]${READINGS}\\b`).test(text) ? undefined : `${answer.status} ${text}`;
      });
    });

    test('Prometheus has loaded its jobs and rules, and each rule can be evaluated', async () => {
      const answer = await asked('telemetry-store/prometheus', '/api/v1/rules');
      const { data } = (await answer.json()) as {
        data: { groups: { name: string; rules: { health: string; lastError?: string }[] }[] };
      };
      const { evaluatedRules } = synthesisOf('telemetry-dev').platform;
      const groups = evaluatedRules.flatMap((evaluated) => evaluated.groups);
      expect(groups.length).toBeGreaterThan(5);
      expect(data.groups.map(({ name, rules }) => `${name}: ${rules.length}`).sort()).toEqual(
        groups.map(({ name, rules }) => `${name}: ${rules.length}`).sort(),
      );
      expect(data.groups.flatMap(({ rules }) => rules.filter(({ health }) => health === 'err'))).toEqual([]);
    });

    test('nobody without a key or a token gets in', async () => {
      expect((await asked('telemetry-view/api', '/v1/devices')).status).toBe(401);
      expect((await asked('telemetry-pipeline/streamer', '/readings', { method: 'POST' })).status).toBe(401);
    });
  },
);
