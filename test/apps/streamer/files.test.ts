/** Files, folders and standard input into a real broker; checkpoints; what happens while the broker is away. */
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import {
  closeAll,
  dcgmRow,
  dcgmRows,
  eventually,
  HEADER,
  newFolder,
  numbers,
  startBroker,
  startFake,
  startStreamer,
  valuesOf,
} from './streamer-client';

jest.setTimeout(60_000);

afterEach(closeAll);

function file(content: string, name = 'gpus.csv'): string {
  const path = join(newFolder(), name);
  writeFileSync(path, content);
  return path;
}

test('a file goes into the queue whole, row for row, and is finished', async () => {
  const broker = await startBroker();
  const path = file(HEADER + dcgmRows(0, 5000));
  const streamer = await startStreamer({ QUEUE_URL: broker.url, STREAMER_SOURCE: path });
  const source = await streamer.until('finished');
  expect(source).toMatchObject({ rowsRead: 5000, rowsPublished: 5000, rowsRejected: 0, line: 5002 });
  expect(source.offset).toBe(readFileSync(path).length);
  const readings = await broker.drain();
  expect(valuesOf(readings)).toEqual(numbers(0, 5000));
  expect(readings.find(({ value }) => value === 9)).toEqual({
    metric: 'DCGM_FI_DEV_POWER_USAGE',
    timeUs: (Date.UTC(2025, 0) + 9000) * 1000,
    value: 9,
    tags: { gpu_id: '1', device: 'nvidia1', uuid: 'GPU-1', model: 'H100', hostname: 'host-1', driver: '535' },
  });
  expect(await streamer.metric('streamer_rows_total{source="file",outcome="published"}')).toBe(5000);
  expect((await streamer.get('/ready')).status).toBe(200);
});

test('rows that cannot be read are among the rejects, with line and reason, and the rest goes on', async () => {
  const broker = await startBroker();
  const path = file(
    HEADER +
      dcgmRow(0) +
      'a,"b"c\n' +
      dcgmRow(1, { value: 'high' }) +
      dcgmRow(2) +
      dcgmRow(3, { time: 'now' }),
  );
  const streamer = await startStreamer({ QUEUE_URL: broker.url, STREAMER_SOURCE: path });
  expect(await streamer.until('finished')).toMatchObject({ rowsRead: 5, rowsPublished: 2, rowsRejected: 3 });
  expect(valuesOf(await broker.drain())).toEqual([0, 2]);
  const rejects = readFileSync(join(streamer.dataFolder, 'rejects.ndjson'), 'utf8').trim().split('\n');
  expect(rejects.map((line) => JSON.parse(line) as unknown)).toEqual([
    { file: path, line: 3, reason: 'has something behind the closing quote of cell 2', row: 'a,"b"c' },
    {
      file: path,
      line: 4,
      reason: 'value: "high" is no finite number',
      row: expect.stringContaining(',high,') as string,
    },
    {
      file: path,
      line: 6,
      reason: expect.stringMatching(/^timestamp: "now" is no time/) as string,
      row: expect.any(String) as string,
    },
  ]);
});

test('what was added to a file is read from where it ended, also by the next process', async () => {
  const broker = await startBroker();
  const path = file(HEADER + dcgmRows(0, 10));
  const variables = { QUEUE_URL: broker.url, STREAMER_SOURCE: path };
  const first = await startStreamer(variables);
  await first.until('finished');
  // Half a row: the rest comes later.
  const rows = dcgmRows(10, 13);
  appendFileSync(path, rows.slice(0, -40));
  await eventually(async () => (await first.sources())[0]?.rowsPublished === 12);
  await first.app.close();
  expect(valuesOf(await broker.drain())).toEqual(numbers(0, 12));
  appendFileSync(path, rows.slice(-40) + dcgmRow(13));
  const second = await startStreamer(variables, { dataFolder: first.dataFolder });
  expect(await second.until('finished')).toMatchObject({ rowsPublished: 14, line: 16 });
  expect(valuesOf(await broker.drain())).toEqual([12, 13]);
});

test('a last row without a line break is taken when the file stays as it is, or is old', async () => {
  const broker = await startBroker();
  const path = file((HEADER + dcgmRows(0, 3)).trimEnd());
  const variables = { QUEUE_URL: broker.url, STREAMER_SOURCE: path };
  const patient = await startStreamer(variables);
  await eventually(async () => (await patient.sources())[0]?.rowsPublished === 2);
  await patient.app.close();
  const hasty = await startStreamer({ ...variables, STREAMER_SETTLE_TIME: '50ms' }, patient);
  expect(await hasty.until('finished')).toMatchObject({ rowsPublished: 3 });
  utimesSync(path, 0, 0);
  const other = await startStreamer(variables);
  expect(await other.until('finished')).toMatchObject({ rowsPublished: 3 });
});

test('a replaced and a truncated file are noticed, and read from their start', async () => {
  const broker = await startBroker();
  const path = file(HEADER + dcgmRows(0, 10));
  const streamer = await startStreamer({ QUEUE_URL: broker.url, STREAMER_SOURCE: path });
  await streamer.until('finished');
  await broker.drain();
  writeFileSync(`${path}.new`, HEADER + dcgmRows(100, 120));
  renameSync(`${path}.new`, path);
  await eventually(async () => (await streamer.sources())[0]?.rowsPublished === 20);
  expect(valuesOf(await broker.drain())).toEqual(numbers(100, 120));
  expect(await streamer.metric('streamer_errors_total{type="replaced"}')).toBe(1);
  truncateSync(path, Buffer.byteLength(HEADER + dcgmRows(100, 105)));
  await eventually(async () => (await streamer.sources())[0]?.rowsPublished === 5);
  expect(valuesOf(await broker.drain())).toEqual(numbers(100, 105));
  expect(await streamer.metric('streamer_errors_total{type="truncated"}')).toBe(1);
  expect(streamer.log.join('')).toContain('the file was truncated: it is read from its start');
});

test('a folder: new files are picked up, finished ones remembered, a bad one keeps nobody away', async () => {
  const broker = await startBroker();
  const folder = newFolder();
  writeFileSync(join(folder, 'b.csv'), HEADER + dcgmRows(0, 10));
  writeFileSync(join(folder, 'a.csv'), 'time,value\n1,2\n');
  writeFileSync(join(folder, 'notes.txt'), 'no csv');
  const variables = { QUEUE_URL: broker.url, STREAMER_SOURCE: folder };
  const first = await startStreamer(variables);
  await first.until('finished');
  writeFileSync(join(folder, 'c.csv'), HEADER + dcgmRows(10, 20));
  await eventually(
    async () => (await first.sources()).filter(({ state }) => state === 'finished').length === 2,
  );
  expect((await first.get('/ready')).status).toBe(200);
  expect(await first.until('failed')).toMatchObject({
    name: join(folder, 'a.csv'),
    reason: expect.stringMatching(/^the header does not fit: there is no column "timestamp"; /) as string,
  });
  expect(await first.metric('streamer_errors_total{type="header"}')).toBe(1);
  expect(valuesOf(await broker.drain())).toEqual(numbers(0, 20));
  await first.app.close();
  const second = await startStreamer(variables, { dataFolder: first.dataFolder });
  await eventually(
    async () => (await second.sources()).filter(({ state }) => state === 'finished').length === 2,
  );
  expect(await broker.drain()).toEqual([]);
  rmSync(join(folder, 'b.csv'));
  await eventually(async () => (await second.sources()).length === 2);
  expect(readdirSync(join(first.dataFolder, 'checkpoints'))).toHaveLength(1);
});

test('a source that is not there is waited for, and told', async () => {
  const broker = await startBroker();
  const path = join(newFolder(), 'later.csv');
  const streamer = await startStreamer({ QUEUE_URL: broker.url, STREAMER_SOURCE: path });
  const reasons = await eventually(async () => {
    const { status, body } = await streamer.get('/ready');
    return status === 503 && (body.reasons as string[]);
  });
  expect(reasons).toEqual([expect.stringMatching(/^STREAMER_SOURCE .*later.csv cannot be read: ENOENT/)]);
  writeFileSync(path, HEADER + dcgmRows(0, 3));
  await streamer.until('finished');
  expect((await streamer.get('/ready')).status).toBe(200);
});

test('a header that does not fit: not ready, and why', async () => {
  const streamer = await startStreamer({
    QUEUE_URL: 'http://127.0.0.1:9',
    STREAMER_SOURCE: file('a,b\n1,2\n'),
  });
  await streamer.until('failed');
  const { status, body } = await streamer.get('/ready');
  expect(status).toBe(503);
  expect(body.reasons).toEqual([
    expect.stringMatching(/the header does not fit: .*there are "a", "b"; name others in STREAMER_MAPPING/),
  ]);
});

test('the broker goes away and comes back: nothing is lost, not ready meanwhile, and why', async () => {
  const folder = newFolder();
  const first = await startBroker(folder);
  await first.app.close();
  const path = file(HEADER + dcgmRows(0, 3000));
  const streamer = await startStreamer({ QUEUE_URL: first.url, STREAMER_SOURCE: path });
  expect(await streamer.until('blocked')).toMatchObject({ rowsPublished: 0, offset: HEADER.length });
  const { status, body } = await streamer.get('/ready');
  expect(status).toBe(503);
  expect(body.reasons).toEqual([
    expect.stringContaining('gpus.csv: the queue takes nothing: POST /topics/telemetry/messages: '),
  ]);
  expect(await streamer.metric('streamer_attempts_exhausted_total{source="file"}')).toBeGreaterThan(0);
  expect(await streamer.metric('streamer_retries_total')).toBeGreaterThanOrEqual(2);
  const again = await startBroker(folder, first.port);
  await streamer.until('finished');
  expect(new Set(valuesOf(await again.drain())).size).toBe(3000);
  expect((await streamer.get('/ready')).status).toBe(200);
});

test('a stop while the broker is away ends in order; the next process goes on where the checkpoint stands', async () => {
  const path = file(HEADER + dcgmRows(0, 3000));
  let requests = 0;
  const url = await startFake((request, response) => {
    request.resume().on('end', () => {
      requests += 1;
      const isFirst = requests === 1;
      response.writeHead(isFirst ? 202 : 503, { 'content-type': 'application/json', 'retry-after': '1' });
      response.end(isFirst ? '{"accepted":500}' : '{"code":"disk-full","detail":"no room"}');
    });
  });
  const first = await startStreamer({
    QUEUE_URL: url,
    STREAMER_SOURCE: path,
    STREAMER_BATCH_MESSAGES: '500',
    STREAMER_IN_FLIGHT: '1',
    RETRY_ATTEMPTS: '1',
  });
  expect(await first.until('blocked')).toMatchObject({
    reason: expect.stringContaining('503 disk-full: no room') as string,
  });
  await first.app.close();
  const broker = await startBroker();
  const second = await startStreamer({ QUEUE_URL: broker.url, STREAMER_SOURCE: path }, first);
  await second.until('finished');
  expect(valuesOf(await broker.drain())).toEqual(numbers(500, 3000));
});

test('what the queue will never take is found in its batch and rejected; the rest is published', async () => {
  const taken: number[] = [];
  const url = await startFake((request, response) => {
    let body = '';
    request.on('data', (data) => (body += String(data)));
    request.on('end', () => {
      const { messages } = JSON.parse(body) as { messages: { body: string }[] };
      const values = messages.map((message) => (JSON.parse(message.body) as { value: number }).value);
      const isBad = values.some((value) => value % 40 === 7);
      if (!isBad) taken.push(...values);
      response.writeHead(isBad ? 413 : 202, { 'content-type': 'application/json' });
      response.end(isBad ? '{"code":"message-too-large","detail":"a message is too large"}' : '{}');
    });
  });
  const streamer = await startStreamer({ QUEUE_URL: url, STREAMER_SOURCE: file(HEADER + dcgmRows(0, 100)) });
  expect(await streamer.until('finished')).toMatchObject({
    rowsRead: 100,
    rowsPublished: 97,
    rowsRejected: 3,
  });
  expect(taken.sort((a, b) => a - b)).toEqual(numbers(0, 100).filter((value) => value % 40 !== 7));
  const rejects = readFileSync(join(streamer.dataFolder, 'rejects.ndjson'), 'utf8').trim().split('\n');
  expect(rejects.map((line) => (JSON.parse(line) as { line: number }).line)).toEqual([9, 49, 89]);
  expect(rejects[0]).toContain(
    'the queue refused it: POST /topics/telemetry/messages: 413 message-too-large',
  );
});

test('the file of rejects has a largest size; what is more is counted, and that is said', async () => {
  const broker = await startBroker();
  const bad = Array.from({ length: 100 }, (_, i) => dcgmRow(i, { value: 'x' })).join('');
  const streamer = await startStreamer({
    QUEUE_URL: broker.url,
    STREAMER_SOURCE: file(HEADER + bad),
    STREAMER_REJECT_SIZE: '2KiB',
    STREAMER_BATCH_MESSAGES: '10',
  });
  expect(await streamer.until('finished')).toMatchObject({ rowsRejected: 100 });
  const text = readFileSync(join(streamer.dataFolder, 'rejects.ndjson'), 'utf8');
  expect(text.length).toBeLessThanOrEqual(2048);
  const recorded = text.trim().split('\n').length;
  expect((await streamer.get('/sources')).body.rejectsUnrecorded).toBe(100 - recorded);
  expect(await streamer.metric('streamer_rejects_unrecorded')).toBe(100 - recorded);
  expect(streamer.log.filter((line) => line.includes('is full (STREAMER_REJECT_SIZE)'))).toHaveLength(1);
});

test('--loop repeats the file with the time of reading, strictly rising in each series', async () => {
  const broker = await startBroker();
  const path = file(HEADER + dcgmRows(0, 24));
  const startedUs = Date.now() * 1000;
  const streamer = await startStreamer({
    QUEUE_URL: broker.url,
    STREAMER_SOURCE: path,
    STREAMER_LOOP: 'true',
    STREAMER_PACE: 'rate',
    STREAMER_RATE: '500',
  });
  await eventually(async () => ((await streamer.sources())[0]?.rowsPublished ?? 0) >= 100);
  await streamer.app.close();
  const readings = (await broker.drain()).sort((a, b) => a.timeUs - b.timeUs);
  expect(readings.slice(0, 48).map(({ value }) => value)).toEqual([...numbers(0, 24), ...numbers(0, 24)]);
  expect(new Set(readings.map(({ timeUs }) => timeUs)).size).toBe(readings.length);
  expect(readings[0]?.timeUs).toBeGreaterThanOrEqual(startedUs);
});

test('a repeated file keeps its times when told to', async () => {
  const broker = await startBroker();
  const streamer = await startStreamer({
    QUEUE_URL: broker.url,
    STREAMER_SOURCE: file(HEADER + dcgmRows(0, 2)),
    STREAMER_LOOP: 'true',
    STREAMER_KEEP_TIMESTAMPS: 'true',
    STREAMER_PACE: 'rate',
    STREAMER_RATE: '200',
  });
  await eventually(async () => ((await streamer.sources())[0]?.rowsPublished ?? 0) >= 10);
  await streamer.app.close();
  const times = new Set((await broker.drain()).map(({ timeUs }) => timeUs));
  expect([...times].sort()).toEqual([Date.UTC(2025, 0) * 1000, (Date.UTC(2025, 0) + 1000) * 1000]);
});

test('a folder cannot be repeated', async () => {
  const folder = newFolder();
  const streamer = await startStreamer({
    QUEUE_URL: 'http://127.0.0.1:9',
    STREAMER_SOURCE: folder,
    STREAMER_LOOP: 'true',
  });
  const { body } = await eventually(async () => {
    const answer = await streamer.get('/ready');
    return answer.status === 503 && answer;
  });
  expect(body.reasons).toEqual([
    `STREAMER_LOOP repeats a file, and STREAMER_SOURCE ${folder} is a folder; name one file`,
  ]);
});

test('standard input: rows are published as they come, and at its end it is finished', async () => {
  const broker = await startBroker();
  const stdin = new PassThrough();
  const streamer = await startStreamer({ QUEUE_URL: broker.url, STREAMER_SOURCE: '-' }, { stdin });
  stdin.write(HEADER + dcgmRows(0, 3));
  await eventually(async () => (await streamer.sources())[0]?.rowsPublished === 3);
  // The last row has no line feed.
  stdin.end(dcgmRows(3, 5).trimEnd());
  expect(await streamer.until('finished')).toMatchObject({ name: '-', rowsPublished: 5 });
  expect(valuesOf(await broker.drain())).toEqual(numbers(0, 5));
});

test('standard input that stays open does not keep the service from stopping', async () => {
  const broker = await startBroker();
  const stdin = new PassThrough();
  const streamer = await startStreamer({ QUEUE_URL: broker.url, STREAMER_SOURCE: '-' }, { stdin });
  stdin.write(HEADER + dcgmRows(0, 3));
  await eventually(async () => (await streamer.sources())[0]?.rowsRead === 3);
  await streamer.app.close();
  expect(valuesOf(await broker.drain())).toEqual(numbers(0, 3));
});
