/**
 * Configurations that lack one of their guarantees, on the loopback cluster: what the flows and the readiness of an
 * environment rest on is noticed when it is gone. The same mistakes, and those that one broker cannot show (acks 1,
 * offsets committed before delivery), are noticed in the rendered text by `test/properties/loss-free-paths.test.ts`; a
 * missing NetworkPolicy by `local-connections.test.ts`.
 */
import type { WavedObject } from '../../stacks/local/plan/plan-objects';
import { fieldsAt } from '../../stacks/manifest-data';
import { synthesisOf } from '../environments';
import { proof } from '../tools/proof';
import { HttpSender } from './flows/http-sender';
import { LIMITS } from './flows/limits';
import { NumberedTelemetry } from './flows/numbered-telemetry';
import type { Outcome } from './flows/sender';
import { startEnvironment } from './local/hyperion-cluster';

const ENVIRONMENT = 'hyperion-dev';
const READY_MS = 2 * 60_000;
jest.setTimeout(5 * 60_000);

proof(['sandbox', 'otelcol', 'azurite'], 'A weakened configuration is noticed', () => {
  it('as it is, the entry refuses what nobody takes', async () => {
    expect(await answerWhenNobodyTakes((text) => text)).toMatchObject({
      acknowledged: false,
      retryable: true,
    });
  });

  it.each<[string, (text: string) => string]>([
    [
      'the failover’s own queue switched on',
      (text) => text.replace(/(failover\/logs:\n {4}sending_queue:\n {6}enabled: )false/, '$1true'),
    ],
    [
      'a queue in the first level of the failover',
      (text) => text.replace(/(otlp_http\/logs:[\s\S]*?sending_queue:\n {6}enabled: )false/, '$1true'),
    ],
    [
      'a batch processor on the loss-free path',
      (text) =>
        text
          .replace('processors:\n', 'processors:\n  batch: {}\n')
          .replace(/( {4}logs:\n[\s\S]*?- memory_limiter\n)/, '$1        - batch\n'),
    ],
  ])('%s: the entry acknowledges what nobody took', async (_, weaken) => {
    expect(await answerWhenNobodyTakes(weaken)).toMatchObject({ acknowledged: true });
  });

  it('a probe on a wrong port: the environment does not become ready, and says why', async () => {
    const objects = changed('otel-logs', (spec) => spec.replace(PROBE, '$<before>13134'));
    const environment = await startEnvironment(ENVIRONMENT, { only: ['otel-logs'], objects });
    try {
      await expect(environment.whenReady({ workloads: ['otel-logs'], timeoutMs: 20_000 })).rejects.toThrow(
        /otel-logs-0: Running[\s\S]*probe: .*13134.*ECONNREFUSED/,
      );
    } finally {
      await environment.stop();
    }
  });
});

const PROBE = /(?<before>"readinessProbe":\{[^{}]*"httpGet":\{[^{}]*"port":)13133/;

/** The environment's objects, with a change to the text of a ConfigMap's files, or to a StatefulSet as JSON. */
function changed(name: string, change: (text: string) => string): WavedObject[] {
  const changes: string[] = [];
  const objects = synthesisOf(ENVIRONMENT).objects.map(({ wave, object }) => {
    if (object.metadata.name !== name) return { wave, object };
    if (object.kind === 'ConfigMap') {
      const data = Object.entries(fieldsAt(object, 'data')).map(([file, text]) => [
        file,
        change(String(text)),
      ]);
      changes.push(JSON.stringify(data));
      return { wave, object: { ...object, data: Object.fromEntries(data) as Record<string, string> } };
    }
    if (object.kind !== 'StatefulSet') return { wave, object };
    const spec = change(JSON.stringify(object.spec));
    changes.push(spec);
    return { wave, object: { ...object, spec: JSON.parse(spec) as unknown } };
  });
  if (changes.length !== 1) throw new Error(`${ENVIRONMENT} has ${changes.length} objects ${name} to change`);
  return objects;
}

/** The entry alone: neither a processor nor Kafka is there. */
async function answerWhenNobodyTakes(weaken: (text: string) => string): Promise<Outcome> {
  const objects = changed('otel-ingress-config', (text) => weaken(text));
  const environment = await startEnvironment(ENVIRONMENT, { only: ['otel-ingress'], objects });
  try {
    await environment.whenReady({ workloads: ['otel-ingress'], timeoutMs: READY_MS });
    const { host, port } = environment.address('otel-ingress', 4318);
    const sender = new HttpSender({
      address: `${host}:${port}`,
      token: environment.secret('tenant-shop-token'),
      timeoutMs: LIMITS.requestTimeoutMs,
    });
    const telemetry = new NumberedTelemetry({ run: 'weakened', seed: 1, startMs: Date.now() });
    return await sender.send('logs', telemetry.request('logs', [1]));
  } finally {
    await environment.stop();
  }
}
