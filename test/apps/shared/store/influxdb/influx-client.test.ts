/** What InfluxDB's answers mean, and how its CSV is read; a small server plays InfluxDB, the real one is in test/proof. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

import fc from 'fast-check';

import { externOf, samplesOf } from '../../../../../apps/shared/store/influxdb/flux';
import { readFluxCsv } from '../../../../../apps/shared/store/influxdb/flux-csv';
import { openInfluxReader } from '../../../../../apps/shared/store/influxdb/influx-reader';
import { openInfluxWriter } from '../../../../../apps/shared/store/influxdb/influx-writer';
import type { TelemetryReader, TelemetryWriter } from '../../../../../apps/shared/store/telemetry-store';
import { gpuReading, toArray } from '../suite/readings';

jest.setTimeout(60_000);

let server: Server;
let writer: TelemetryWriter;
let reader: TelemetryReader;
let answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

beforeEach(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      answer(request, response, Buffer.concat(chunks));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const options = {
    url: `http://127.0.0.1:${port}`,
    token: 'test-token',
    org: 'o',
    bucket: 'b c',
    timeoutMs: 300,
  };
  writer = openInfluxWriter({ ...options, gzip: true });
  reader = openInfluxReader(options);
});

afterEach(async () => {
  await writer.close();
  await reader.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const reading = gpuReading(1, 0, 1);

it('sends compressed lines with the time in microseconds', async () => {
  let seen: unknown;
  answer = (request, response, body) => {
    seen = [request.url, request.headers.authorization, gunzipSync(body).toString()];
    response.writeHead(204).end();
  };
  await writer.write([{ metric: 'm', timeUs: 7, value: 2, tags: { a: 'b' } }]);
  expect(seen).toEqual([
    '/api/v2/write?org=o&bucket=b%20c&precision=us',
    'Token test-token',
    'm,a=b value=2 7\n',
  ]);
});

it.each([
  [400, 'ReadingsRefused', undefined],
  [413, 'ReadingsRefused', undefined],
  [422, 'ReadingsRefused', undefined],
  [401, 'StoreUnavailable', 'unauthorized'],
  [403, 'StoreUnavailable', 'unauthorized'],
  [404, 'StoreUnavailable', 'unauthorized'],
  [429, 'StoreUnavailable', 'rate-limited'],
  [500, 'StoreUnavailable', 'server-error'],
  [503, 'StoreUnavailable', 'server-error'],
])('takes %d for %s %s', async (status, name, kind) => {
  answer = (_request, response) => {
    response.writeHead(status, { 'retry-after': '7' }).end(JSON.stringify({ code: 'x', message: 'because' }));
  };
  const failure = await writer.write([reading]).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name, message: expect.stringContaining(`${status} because`) as string });
  if (kind !== undefined) expect(failure).toMatchObject({ kind });
  if (status === 429) expect(failure).toMatchObject({ retryAfterMs: 7000 });
  // A question of ours that is not understood says nothing about readings.
  await expect(reader.count({ fromUs: 0, toUs: 1 })).rejects.toMatchObject({ name: 'StoreUnavailable' });
});

it('takes a full disk for what it is', async () => {
  answer = (_request, response) => {
    response.writeHead(500).end('{"message":"write wal: no space left on device"}');
  };
  await expect(writer.write([reading])).rejects.toMatchObject({ kind: 'full' });
});

it('does not wait for ever, for an answer or for the rest of one', async () => {
  answer = () => undefined;
  await expect(writer.write([reading])).rejects.toMatchObject({ kind: 'timeout' });
  answer = (_request, response) => {
    response.writeHead(200).write('#datatype,string,long\r\n');
  };
  await expect(reader.count({ fromUs: 0, toUs: 1 })).rejects.toMatchObject({ kind: 'timeout' });
});

it('says that nobody is there', async () => {
  await new Promise((resolve) => server.close(resolve));
  await expect(writer.ping()).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('InfluxDB GET /ping: ') as string,
  });
});

it('tells an error that comes after good rows', async () => {
  answer = (_request, response) => {
    response.end(',result,table,_value\r\n,_result,0,1\r\n\r\n,error,reference\r\n,out of memory,897\r\n');
  };
  await expect(reader.count({ fromUs: 0, toUs: 1 })).rejects.toThrow(
    'InfluxDB broke off its answer: out of memory',
  );
});

it('reads any cell, however the answer is cut into pieces', async () => {
  const cell = fc
    .array(fc.constantFrom('"', ',', '\n', '\r\n', 'a', 'é', '😀', ' '), { maxLength: 6 })
    .map((all) => all.join(''));
  const quote = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = fc.array(fc.tuple(cell, cell), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 9 }), async (cells, size) => {
      const lines = cells.map(([a, b]) => `,_result,${quote(a)},${quote(b)}\r\n`);
      const bytes = Buffer.from(`#datatype,string,string,string\r\n,result,a,b\r\n${lines.join('')}\r\n`);
      const found = await toArray(readFluxCsv(pieces(bytes, size)));
      const expected = cells.map(([a, b]) =>
        Object.fromEntries(Object.entries({ result: '_result', a, b }).filter(([, v]) => v !== '')),
      );
      expect(found.map((row) => Object.fromEntries(row))).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) {
    await Promise.resolve();
    yield bytes.subarray(i, i + size);
  }
}

it('never has a value in the text of a question', () => {
  const value = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text.length > 2);
  fc.assert(
    fc.property(fc.array(value, { maxLength: 5 }), value, value, (uuids, hostname, metric) => {
      const filter = { uuids, hostname, metric };
      const plain = { uuids: uuids.map(() => 'x'), hostname: 'x', metric: 'x' };
      const range = { fromUs: 0, toUs: 1 };
      const question = samplesOf(filter, range, 'b');
      expect(question.text).toBe(samplesOf(plain, range, 'b').text);
      const literals = JSON.stringify(externOf(question.values));
      const names = [...literals.matchAll(/"type":"Identifier","name":"([^"]*)"/g)].map(([, name]) => name);
      expect(names).toHaveLength(5 + uuids.length);
    }),
  );
});
