/**
 * Our senders against the real collector, and our expectation of an external consumer's share against the collector's
 * own filter and sampler: the pieces of `otel-egress`, with a file behind them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { HYPERION_DEV } from '../../stacks/environments/hyperion-dev';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';
import { consumerShare } from './flows/consumer-share';
import { numberedRecords } from './flows/numbered-records';
import { decodeRequest, encodeRequest, SIGNALS, type Requests, type Signal } from './flows/otlp';
import { GrpcSender } from './flows/grpc-sender';
import { HttpSender } from './flows/http-sender';
import { LoopbackProgram } from './flows/loopback-program';
import { NumberedTelemetry } from './flows/numbered-telemetry';
import type { Sender } from './flows/sender';
import { freePort } from './free-port';

jest.setTimeout(120_000);

const RUN = 'alone';
const TOKEN = 'word4tenant';
const NUMBERS = Array.from({ length: 4_000 }, (_, i) => i + 1);
const EGRESS = readFileSync(join(__dirname, '../golden/hyperion-dev/config/otel-egress/config.yaml'), 'utf8');

interface EgressConfig {
  readonly processors: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

describe('OTLP messages', () => {
  const telemetry = new NumberedTelemetry({ run: 'round-trip', seed: 1, startMs: 1_767_225_600_000 });

  it.each(SIGNALS)('%s come back from their bytes as they were', (signal) => {
    const request = telemetry.request(signal, NUMBERS.slice(0, 40));
    // Bytes come back as Buffers, whose class alone differs.
    expect(structuredClone(decodeRequest(signal, encodeRequest(signal, request)))).toEqual(
      structuredClone(request),
    );
  });
});

proof(['otelcol'], 'OTLP senders and the real collector', () => {
  const program = new LoopbackProgram();
  const telemetry = new NumberedTelemetry({ run: RUN, seed: 7, startMs: Date.now() - 60_000 });
  let grpcAddress: string;
  let httpAddress: string;
  const limits = { timeoutMs: 10_000 };

  beforeAll(async () => {
    const [grpc, http, health] = await Promise.all([freePort(), freePort(), freePort()]);
    grpcAddress = `127.0.0.1:${grpc}`;
    httpAddress = `127.0.0.1:${http}`;
    const { processors } = parse(EGRESS) as EgressConfig;
    const consumers = HYPERION_DEV.consumers.map(({ name, signal }) => ({
      name,
      signal,
      processors: Object.keys(processors).filter((id) => id.includes(name)),
    }));
    const config = {
      extensions: {
        health_check: { endpoint: `127.0.0.1:${health}` },
        bearertokenauth: { scheme: 'Bearer', tokens: [TOKEN] },
      },
      receivers: {
        otlp: {
          protocols: {
            grpc: { endpoint: grpcAddress, auth: { authenticator: 'bearertokenauth' } },
            http: { endpoint: httpAddress, auth: { authenticator: 'bearertokenauth' } },
          },
        },
      },
      processors,
      exporters: Object.fromEntries(
        ['all', ...consumers.map(({ name }) => name)].map((name) => [
          `file/${name}`,
          { path: join(program.dir, `${name}.json`) },
        ]),
      ),
      service: {
        extensions: ['health_check', 'bearertokenauth'],
        telemetry: { metrics: { level: 'none' } },
        pipelines: {
          ...Object.fromEntries(
            SIGNALS.map((signal) => [`${signal}/all`, { receivers: ['otlp'], exporters: ['file/all'] }]),
          ),
          ...Object.fromEntries(
            consumers.map(({ name, signal, processors: own }) => [
              `${signal}/${name}`,
              { receivers: ['otlp'], processors: own, exporters: [`file/${name}`] },
            ]),
          ),
        },
      },
    };
    const path = program.file('config.yaml', JSON.stringify(config));
    await program.start([await tool('otelcol'), `--config=${path}`], `http://127.0.0.1:${health}/`);
  });
  afterAll(() => program.stop());

  const senders = (): Sender[] => [
    new GrpcSender({ address: grpcAddress, token: TOKEN, ...limits }),
    new GrpcSender({ address: grpcAddress, token: TOKEN, gzip: true, ...limits }),
    new HttpSender({ address: httpAddress, token: TOKEN, ...limits }),
    new HttpSender({ address: httpAddress, token: TOKEN, gzip: true, ...limits }),
    new HttpSender({ address: httpAddress, token: TOKEN, encoding: 'json', ...limits }),
  ];

  it.each([undefined, 'wrong'])('with the token %s, are refused for good', async (token) => {
    const credential = token === undefined ? {} : { token };
    const grpc = new GrpcSender({ address: grpcAddress, ...credential, ...limits });
    const http = new HttpSender({ address: httpAddress, ...credential, ...limits });
    for (const signal of SIGNALS) {
      const request = telemetry.request(signal, [1]);
      expect(await grpc.send(signal, request)).toMatchObject({
        acknowledged: false,
        retryable: false,
        status: 'UNAUTHENTICATED',
      });
      expect(await http.send(signal, request)).toMatchObject({
        acknowledged: false,
        retryable: false,
        status: '401',
      });
    }
    grpc.close();
  });

  it('where nobody listens, may send again', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const grpc = new GrpcSender({ address, ...limits });
    const refused = [grpc, new HttpSender({ address, ...limits })];
    for (const sender of refused)
      expect(await sender.send('logs', telemetry.request('logs', [1]))).toMatchObject({
        acknowledged: false,
        retryable: true,
        message: expect.stringContaining('ECONNREFUSED') as string,
      });
    grpc.close();
  });

  it('bring every record over, in every protocol and encoding, and consumers get their computed share', async () => {
    const all = senders();
    const shares = all.map((_, lane) => NUMBERS.filter((n) => Math.floor((n - 1) / 4) % all.length === lane));
    for (const signal of SIGNALS)
      for (const [lane, sender] of all.entries())
        expect(await sender.send(signal, telemetry.request(signal, shares[lane] ?? []))).toEqual({
          acknowledged: true,
          retryable: false,
          status: sender.protocol === 'grpc' ? 'OK' : '200',
          message: '',
          partialSuccess: undefined,
        });
    for (const sender of all) sender.close();
    await program.end();

    const everything = numbersIn(program.read('all.json'));
    expect(everything).toEqual({ logs: NUMBERS, metrics: NUMBERS, traces: NUMBERS });
    for (const consumer of HYPERION_DEV.consumers) {
      const share = consumerShare(consumer, telemetry, NUMBERS, hashSeedOf(consumer.name));
      expect(share.length).toBeGreaterThan(50);
      expect({ [consumer.name]: numbersIn(program.read(`${consumer.name}.json`))[consumer.signal] }).toEqual({
        [consumer.name]: share,
      });
    }
  });
});

function hashSeedOf(consumer: string): number {
  const { processors } = parse(EGRESS) as EgressConfig;
  const seed = processors[`probabilistic_sampler/${consumer}`]?.hash_seed;
  return typeof seed === 'number' ? seed : 0;
}

/** What the file exporter wrote: one request in OTLP/JSON a line. */
function numbersIn(lines: string): Record<Signal, number[]> {
  const requests = lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Requests[Signal]);
  const of = (key: string): number[] =>
    requests
      .filter((request) => key in request)
      .flatMap((request) => numberedRecords(RUN, request))
      .map(({ number }) => number)
      .sort((a, b) => a - b);
  return { logs: of('resourceLogs'), metrics: of('resourceMetrics'), traces: of('resourceSpans') };
}
