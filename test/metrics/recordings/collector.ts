/**
 * The collector in the states that an environment in good health does not show: a full queue, memory over its limit, traces
 * sampled at their end, records that a filter drops, and requests refused; with the same reader of metrics as rendered.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { CATALOG } from '../../../constructs/core/catalog';
import { HttpSender } from '../../proof/flows/http-sender';
import { LoopbackProgram } from '../../proof/flows/loopback-program';
import { NumberedTelemetry } from '../../proof/flows/numbered-telemetry';
import { SIGNALS } from '../../proof/flows/otlp';
import { freePort } from '../../proof/free-port';
import { tool } from '../../tools/obtain';
import { merged } from '../exposition';
import { metricsAt, type Recording } from './recording';

const REQUESTS = 40;
/** As many as decide on traces, flush queues and give up. */
const SOME_TIME_MS = 8_000;

export const collectorRecording: Recording = {
  name: 'collector',
  record: async () => {
    const full = await recordCollector(limited('nowhere', { limit_mib: 4_000 }));
    const squeezed = await recordCollector(limited('nowhere', { limit_mib: 2, spike_limit_mib: 1 }));
    return [
      {
        program: 'otel-collector',
        version: CATALOG['otel-collector'].version,
        from: 'alone with a full queue, memory over its limit, a tail sampler and a filter',
        metrics: merged([full, squeezed]),
      },
    ];
  },
};

function limited(name: string, limit: Readonly<Record<string, number>>): object {
  return {
    processors: {
      memory_limiter: { check_interval: '100ms', ...limit },
      filter: { error_mode: 'ignore', log_conditions: ['log.severity_number > 0'] },
      tail_sampling: {
        decision_wait: '1s',
        num_traces: 5,
        policies: [
          { name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } },
          { name: 'base-rate', type: 'probabilistic', probabilistic: { sampling_percentage: 50 } },
        ],
      },
    },
    exporters: {
      [`otlp_http/${name}`]: {
        endpoint: 'http://127.0.0.1:9',
        sending_queue: { queue_size: 1, num_consumers: 1 },
        retry_on_failure: { initial_interval: '100ms', max_interval: '200ms', max_elapsed_time: '1s' },
      },
      'otlp_http/gives-up': {
        endpoint: 'http://127.0.0.1:9',
        sending_queue: { enabled: false },
        retry_on_failure: { enabled: false },
      },
    },
  };
}

async function recordCollector(parts: object): Promise<ReturnType<typeof merged>> {
  const [otlp, metrics] = [await freePort(), await freePort()];
  const program = new LoopbackProgram();
  const { exporters } = parts as { exporters: object };
  const pipeline = (processors: readonly string[]): object => ({
    receivers: ['otlp'],
    processors: ['memory_limiter', ...processors],
    exporters: Object.keys(exporters),
  });
  const config = {
    ...parts,
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${otlp}` } } } },
    service: {
      telemetry: {
        metrics: {
          level: 'normal',
          readers: [{ pull: { exporter: { prometheus: { host: '127.0.0.1', port: metrics } } } }],
        },
      },
      pipelines: {
        logs: pipeline(['filter']),
        'logs/all': pipeline([]),
        metrics: pipeline([]),
        traces: pipeline(['tail_sampling']),
        'traces/all': pipeline([]),
      },
    },
  };
  const url = `http://127.0.0.1:${metrics}/metrics`;
  try {
    const file = program.file('config.yaml', stringify(config));
    await program.start([await tool('otelcol'), `--config=${file}`], url);
    await send(`127.0.0.1:${otlp}`);
    await sleep(SOME_TIME_MS);
    return await metricsAt(url);
  } finally {
    await program.stop();
  }
}

async function send(address: string): Promise<void> {
  const sender = new HttpSender({ address, timeoutMs: SOME_TIME_MS });
  const telemetry = new NumberedTelemetry({ run: 'recorded', seed: 1, startMs: Date.now() });
  for (let request = 0; request < REQUESTS; request += 1) {
    for (const signal of SIGNALS)
      await sender.send(signal, telemetry.request(signal, [request * 4 + 1, request * 4 + 2]));
  }
  sender.close();
}
