/**
 * The stand-in for ClickHouse's server (chdb's engine behind its protocols) with the files of `hyperion-dev`: the schema
 * by its own Job's script, spans by the real collector's exporter, answers over HTTP, and kills in between.
 *
 * Not run, for they are in no registry: ClickHouse's own server and client.
 */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { REVISION, writeClientHello } from '../tools/clickhouse-stand-in/native/packets';
import { AcknowledgedWriter } from '../tools/clickhouse-stand-in/testing/acknowledged-writer';
import { hex, sendSpans } from '../tools/clickhouse-stand-in/testing/numbered-spans';
import {
  BIN,
  LIMIT_MS,
  loginHeaders,
  PASSWORDS,
  rendered,
  RunningStandIn,
  until,
} from '../tools/clickhouse-stand-in/testing/running-stand-in';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';
import { LoopbackProgram } from './flows/loopback-program';
import { freePort } from './free-port';

let server: RunningStandIn;
beforeAll(async () => {
  server = await RunningStandIn.prepare();
  await server.start();
}, LIMIT_MS);
afterAll(() => server.program.stop(), LIMIT_MS);

interface Outcome {
  readonly status: number;
  readonly output: string;
}

function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const path = `${BIN}:${process.env.PATH ?? ''}`;
  return new Promise((resolve) => {
    const options = { env: { ...process.env, PATH: path, ...env }, timeout: LIMIT_MS };
    execFile(program, args, options, (error, stdout, stderr) => {
      const status = typeof error?.code === 'number' ? error.code : error ? 1 : 0;
      resolve({ status, output: stdout + stderr });
    });
  });
}

function client(query: string, password = PASSWORDS.schema): Promise<Outcome> {
  const login = ['--host', '127.0.0.1', '--port', String(server.ports.native), '--user', 'schema'];
  return run('clickhouse-client', [...login, '--query', query], { CLICKHOUSE_PASSWORD: password });
}

const TABLES = `SELECT name FROM system.tables WHERE database = 'otel' ORDER BY name`;

describe('the schema Job', () => {
  it(
    'applies the schema by its unchanged script, and again',
    async () => {
      const { program, ports } = server;
      const folder = join(program.dir, 'job');
      mkdirSync(folder);
      const script = program.file('job/apply.sh', rendered('config/clickhouse/apply.sh'));
      program.file('job/schema.sql', rendered('config/clickhouse/schema.sql'));
      // In a pod the file lies where the script looks for it.
      const mounted = program.file(
        'job/clickhouse-client',
        `#!/bin/sh
for a; do shift; case $a in /etc/hyperion/*) a="${folder}/\${a##*/}";; esac; set -- "$@" "$a"; done
exec '${BIN}/clickhouse-client' "$@"
`,
      );
      chmodSync(mounted, 0o755);
      const apply = () =>
        run('/bin/sh', [script], {
          PATH: `${folder}:${process.env.PATH ?? ''}`,
          CLICKHOUSE_SERVER: '127.0.0.1',
          CLICKHOUSE_PORT: String(ports.native),
          CLICKHOUSE_LOGIN: 'schema',
          CLICKHOUSE_PASSWORD: PASSWORDS.schema,
        });
      const silent = { status: 0, output: '' };
      expect([await apply(), await apply()]).toEqual([silent, silent]);
      expect((await client(TABLES)).output.trim().split('\n')).toHaveLength(14);
    },
    2 * LIMIT_MS,
  );

  it(
    'ends at the first statement that fails, and says why',
    async () => {
      const { status, output } = await client('SELECT 1; DROP DATABASE otel; SELECT 2');
      // As much of 497 as an exit status holds.
      expect(status).toBe(497 % 256);
      expect(output).toMatch(
        /^1\nReceived exception from server:\nCode: 497\. DB::Exception: schema: Not enough/,
      );
      expect(output).toContain('the grant DROP DATABASE ON otel.*');
    },
    LIMIT_MS,
  );

  it(
    'is not let in with another password',
    async () => {
      const { status, output } = await client('SELECT 1', PASSWORDS.otel);
      expect(status).toBe(516 % 256);
      expect(output).toContain('schema: Authentication failed: password is incorrect, or there is no user');
    },
    LIMIT_MS,
  );
});

describe('over HTTP', () => {
  const WRONG = { 'x-clickhouse-user': 'grafana', 'x-clickhouse-key': 'x' };

  it.each([
    ['a wrong password', 'SELECT 1', WRONG, 403, 'Code: 516'],
    ['nobody', 'SELECT 1', {}, 403, 'default: Authentication failed'],
    [
      'what is not granted',
      'INSERT INTO otel.otel_traces (TraceId) VALUES (1)',
      undefined,
      403,
      'grafana: Not en',
    ],
    ['a table that is not there', 'SELECT * FROM otel.nothing', undefined, 404, 'UNKNOWN_TABLE'],
    ['a mistake', 'SELEC 1', undefined, 400, 'Syntax error'],
    ['a limit lifted', 'SELECT 1 SETTINGS max_execution_time = 61', undefined, 500, 't be greater than 60'],
    ['more than reading', 'SELECT 1 SETTINGS readonly = 0', undefined, 500, 'readonly mode'],
    ['another role', 'SET ROLE as_schema', undefined, 501, 'the stand-in keeps no session'],
    ['a file', `SELECT * FROM file('/etc/hostname', 'CSV', 'a String')`, undefined, 403, 'READ ON FILE'],
  ])('%s is refused', async (_what, sql, headers, status, message) => {
    const response = await server.ask(sql, headers);
    expect(await response.text()).toContain(message);
    expect(response.status).toBe(status);
  });

  it('parameters, settings, database and format are taken from the address', async () => {
    const query = encodeURIComponent(
      `SELECT {x:String} AS x, currentDatabase() AS d, getSetting('max_threads') AS t`,
    );
    const login = `user=grafana&password=${encodeURIComponent(PASSWORDS.grafana)}`;
    const address = `${server.url}/?query=${query}&param_x=it's&database=otel&max_threads=1&default_format=CSV&${login}`;
    expect(await (await fetch(address)).text()).toBe(`"it's","otel",1\n`);
  });

  it('rows come with an INSERT, from who may write', async () => {
    const insert = encodeURIComponent('INSERT INTO otel.otel_traces (Timestamp, TraceId) FORMAT JSONEachRow');
    const now = new Date().toISOString().slice(0, 19).replace('T', ' ');
    const sent = await fetch(`${server.url}/?query=${insert}`, {
      method: 'POST',
      body: JSON.stringify({ Timestamp: now, TraceId: 'http' }),
      headers: loginHeaders('otel'),
    });
    expect([sent.status, await sent.text()]).toEqual([200, '']);
    const found = await server.rows(`SELECT TraceId FROM otel.otel_traces WHERE TraceId = 'http'`);
    expect(found).toEqual([{ TraceId: 'http' }]);
  });

  it('the metrics are those of the engine', async () => {
    const text = await (await fetch(`http://127.0.0.1:${server.ports.metrics}/metrics`)).text();
    expect(text).toMatch(
      /^# TYPE ClickHouseProfileEvents_Query counter\nClickHouseProfileEvents_Query [1-9]/m,
    );
    expect(text).toMatch(/^ClickHouseMetrics_MemoryTracking \d/m);
  });
});

describe('over the native protocol', () => {
  it.each([
    ['as it is', false],
    ['compressed', true],
  ])('a batch goes in %s', async (name, compressed) => {
    const writer = await AcknowledgedWriter.open(server.ports.native);
    const columns = await writer.insert([`${name} 1`, `${name} 2`], compressed);
    writer.close();
    expect(columns).toEqual(['Timestamp DateTime64(9)', 'TraceId String']);
    const found = await server.rows(
      `SELECT TraceId FROM otel.otel_traces WHERE TraceId LIKE '${name} _' ORDER BY TraceId`,
    );
    expect(found).toEqual([{ TraceId: `${name} 1` }, { TraceId: `${name} 2` }]);
  });

  it('who may not insert into a table is told before the rows, and may go on', async () => {
    const writer = await AcknowledgedWriter.open(server.ports.native);
    const refused = writer.insert(['no'], true, 'otel_traces_trace_id_ts (TraceId)');
    await expect(refused).rejects.toThrow('otel: Not enough privileges');
    await writer.insert(['refused, then taken'], true);
    writer.close();
    expect(
      await server.rows(`SELECT TraceId FROM otel.otel_traces WHERE TraceId LIKE 'refused%'`),
    ).toHaveLength(1);
  });

  it('who speaks HTTP, or nothing that is known, is told so', async () => {
    const answerTo = (bytes: Buffer): Promise<string> =>
      new Promise((resolve) => {
        let answer = '';
        const socket = connect({ host: '127.0.0.1', port: server.ports.native }, () => socket.end(bytes));
        socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
        socket.once('close', () => {
          resolve(answer);
        });
      });
    expect(await answerTo(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toContain('400 Bad Request');
    expect(await answerTo(Buffer.from([9]))).toContain('packet 9 instead of a hello');
    const cutOff = writeClientHello({
      client: 'c',
      revision: REVISION,
      database: '',
      user: 'u',
      password: 'p',
    });
    expect(await answerTo(cutOff.subarray(0, -1))).toBe('');
  });
});

describe('killed while four writers insert', () => {
  const BATCH_SPANS = 50;

  it(
    'has every row that it had acknowledged when it is back',
    async () => {
      const acknowledged: string[] = [];
      const write = async (name: string): Promise<void> => {
        const writer = await AcknowledgedWriter.open(server.ports.native);
        try {
          for (let batch = 0; ; batch += 1) {
            const ids = Array.from({ length: BATCH_SPANS }, (_, row) => `kill-${name}-${batch}-${row}`);
            await writer.insert(ids, true);
            acknowledged.push(...ids);
          }
        } catch {
          writer.close();
        }
      };
      const writers = ['a', 'b', 'c', 'd'].map(write);
      await until('some batches are acknowledged', () => acknowledged.length >= 20 * BATCH_SPANS);
      await server.kill();
      await Promise.all(writers);
      await server.start();
      const rows = await server.rows<{ id: string }>(
        `SELECT TraceId AS id FROM otel.otel_traces WHERE TraceId LIKE 'kill-%'`,
      );
      const found = new Set(rows.map(({ id }) => id));
      expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
      // Beyond those, at most the batch that each writer was sending.
      expect(found.size).toBeLessThanOrEqual(acknowledged.length + 4 * BATCH_SPANS);
      expect(await server.rows(TABLES)).toHaveLength(14);
    },
    3 * LIMIT_MS,
  );
});

interface CollectorConfig {
  readonly extensions: Readonly<Record<string, object>>;
  readonly exporters: Readonly<Record<string, object>>;
}

proof(['otelcol'], 'the collector’s own ClickHouse exporter before the stand-in', () => {
  const SPANS = 1000;
  /** On the minute, so that all spans are of one. */
  const timeNs = BigInt(Math.floor(Date.now() / 60_000) * 60_000) * 1_000_000n;
  const collector = new LoopbackProgram();
  const stranger = new LoopbackProgram();
  let otlpUrl: string;

  /** Of the rendered configuration, the exporter with its queue; only where it sends to is another. */
  async function start(program: LoopbackProgram, password: string): Promise<string> {
    const [otlpPort, healthPort, metricsPort] = await Promise.all([freePort(), freePort(), freePort()]);
    const declared = parse(rendered('config/otel-traces/config.yaml')) as CollectorConfig;
    const queue = { ...declared.extensions['file_storage/queue'], directory: join(program.dir, 'queue') };
    const endpoint = `clickhouse://127.0.0.1:${server.ports.native}`;
    const reader = { pull: { exporter: { prometheus: { host: '127.0.0.1', port: metricsPort } } } };
    const config = program.file(
      'config.yaml',
      stringify({
        extensions: {
          health_check: { endpoint: `127.0.0.1:${healthPort}` },
          'file_storage/queue': queue,
        },
        receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${otlpPort}` } } } },
        exporters: { clickhouse: { ...declared.exporters.clickhouse, endpoint } },
        service: {
          extensions: ['health_check', 'file_storage/queue'],
          telemetry: { metrics: { readers: [reader] } },
          pipelines: { traces: { receivers: ['otlp'], exporters: ['clickhouse'] } },
        },
      }),
    );
    const argv = ['env', `CLICKHOUSE_PASSWORD=${password}`, await tool('otelcol'), '--config', config];
    await program.start(argv, `http://127.0.0.1:${healthPort}/`);
    return `http://127.0.0.1:${otlpPort}`;
  }

  beforeAll(async () => {
    otlpUrl = await start(collector, PASSWORDS.otel);
  }, LIMIT_MS);
  afterAll(async () => {
    await collector.stop();
    await stranger.stop();
  }, LIMIT_MS);

  const numbers = async (): Promise<number[]> => {
    const rows = await server.rows<{ number: number }>(
      `SELECT DISTINCT toUInt32(SpanAttributes['number']) AS number FROM otel.otel_traces
       WHERE ServiceName = 'shop' ORDER BY number`,
    );
    return rows.map(({ number }) => number);
  };

  it(
    'stores 1,000 spans, each once and whole',
    async () => {
      await sendSpans(otlpUrl, { first: 0, count: SPANS, timeNs });
      await until('all spans are stored', async () => (await numbers()).length >= SPANS);
      const count = `SELECT toUInt32(count()) AS spans FROM otel.otel_traces WHERE ServiceName = 'shop'`;
      expect(await server.rows(count)).toEqual([{ spans: SPANS }]);
      const [span] = await server.rows<Record<string, unknown>>(
        `SELECT * REPLACE (toUnixTimestamp64Nano(Timestamp) - ${timeNs} AS Timestamp)
         FROM otel.otel_traces WHERE SpanAttributes['number'] = '40' AND ServiceName = 'shop'`,
      );
      expect(span).toMatchObject({
        Timestamp: 40,
        TraceId: hex(5, 32),
        SpanId: hex(41, 16),
        ParentSpanId: '',
        SpanName: 'call 0',
        SpanKind: 'Server',
        ResourceAttributes: { 'service.name': 'shop', 'host.name': 'a' },
        ScopeName: 'proof',
        SpanAttributes: { number: '40', text: `ä'"\\\n40` },
        Duration: 5_000_000,
        StatusCode: 'Error',
        StatusMessage: 'failed',
        'Events.Name': ['event'],
        'Events.Attributes': [{}],
        'Links.TraceId': [hex(7, 32)],
        'Links.Attributes': [{ a: 'b' }],
      });
    },
    2 * LIMIT_MS,
  );

  it('has filled the materialized views with them', async () => {
    const minute = await server.rows(
      `SELECT toUInt32(sum(RequestCount)) AS requests, toUInt32(sum(ErrorCount)) AS errors
       FROM otel.service_rates WHERE ServiceName = 'shop'`,
    );
    expect(minute).toEqual([{ requests: SPANS / 10, errors: SPANS / 40 }]);
    const times = await server.rows(
      `SELECT toUInt32(uniqExact(TraceId)) AS traces FROM otel.otel_traces_trace_id_ts WHERE TraceId LIKE '000%'`,
    );
    expect(times).toEqual([{ traces: SPANS / 10 }]);
    const second = (offset: number) => `toDateTime(${timeNs / 1_000_000_000n + BigInt(offset)})`;
    const summaries = await server.rows(
      `SELECT toUInt32(count()) AS traces, toUInt32(min(SpanCount)) AS spans, toUInt8(min(Complete)) AS complete
       FROM otel.trace_summaries(from = ${second(-60)}, to = ${second(60)}) WHERE RootService = 'shop'`,
    );
    expect(summaries).toEqual([{ traces: SPANS / 10, spans: 10, complete: 1 }]);
  });

  it(
    'sends again what a killed server had not acknowledged, and nothing is lost',
    async () => {
      await sendSpans(otlpUrl, { first: SPANS, count: SPANS, timeNs });
      await server.kill();
      await sendSpans(otlpUrl, { first: 2 * SPANS, count: SPANS, timeNs });
      await server.start();
      await until('all spans are stored', async () => (await numbers()).length >= 3 * SPANS);
      expect(await numbers()).toEqual(Array.from({ length: 3 * SPANS }, (_, number) => number));
    },
    3 * LIMIT_MS,
  );

  it(
    'stores batches that the client sends in more than one frame',
    async () => {
      // 5,000 spans make a batch, and the client compresses what it has at 10 MiB (clickhouse-go: MaxCompressionBuffer).
      const [spans, paddingBytes] = [5000, 3000];
      await sendSpans(otlpUrl, { first: 10 * SPANS, count: spans, timeNs, paddingBytes });
      await until('all spans are stored', async () => (await numbers()).length >= 3 * SPANS + spans);
      const padding = await server.rows(
        `SELECT toUInt32(count()) AS spans, toUInt32(sum(length(SpanAttributes['padding']))) AS bytes
         FROM otel.otel_traces WHERE SpanAttributes['padding'] != ''`,
      );
      expect(padding).toEqual([{ spans, bytes: spans * paddingBytes }]);
    },
    2 * LIMIT_MS,
  );

  it(
    'says in its log that a wrong password was refused, and stores nothing',
    async () => {
      const before = await numbers();
      const url = await start(stranger, 'wrong');
      await sendSpans(url, { first: 100 * SPANS, count: 100, timeNs });
      await until('it was refused', () =>
        stranger.read('log').includes('otel: Authentication failed: password is incorrect'),
      );
      expect(await numbers()).toEqual(before);
    },
    2 * LIMIT_MS,
  );
});
