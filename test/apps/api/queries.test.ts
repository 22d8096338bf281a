/** Each family of queries, and what it answers when all is well. */
import { closeApis, startApi } from './api-client';
import { TEMP, UTIL } from './readings';

afterEach(closeApis);

const RANGE = 'from=2026-01-01T00:00:00Z&to=2026-01-01T00:10:00Z';

test('devices, by uuid and page by page', async () => {
  const { get } = await startApi();
  const { body } = await get('/v1/devices');
  expect(body.end).toEqual({ rows: 3, more: false });
  expect((body.data as unknown[])[0]).toEqual({
    uuid: 'GPU-a',
    hostname: 'host-1',
    model: 'NVIDIA H100 80GB HBM3',
    gpuId: '0',
    device: 'nvidia0',
    firstSeen: '2026-01-01T00:00:00.000Z',
    lastSeen: '2026-01-01T00:09:50.000Z',
  });
  const first = await get('/v1/devices?limit=2');
  expect(first.body).toMatchObject({
    data: [{ uuid: 'GPU-a' }, { uuid: 'GPU-b' }],
    end: { rows: 2, more: true },
  });
  const { next } = first.body.end as { next: string };
  expect(first.headers['next-cursor']).toBe(next);
  const second = await get(`/v1/devices?limit=2&cursor=${next}`);
  expect(second.body).toMatchObject({ data: [{ uuid: 'GPU-c' }], end: { rows: 1, more: false } });
  expect((await get('/v1/devices?hostname=host-2')).body).toMatchObject({ data: [{ uuid: 'GPU-c' }] });
  expect((await get('/v1/devices?uuid=GPU-c&uuid=GPU-a&uuid=GPU-a')).body).toMatchObject({
    data: [{ uuid: 'GPU-a' }, { uuid: 'GPU-c' }],
  });
});

test('metrics, and how many devices have each', async () => {
  const { get } = await startApi();
  expect((await get('/v1/metrics?model=NVIDIA%20A100')).body).toEqual({
    data: [
      { metric: TEMP, devices: 1, lastSeen: '2026-01-01T00:09:50.000Z' },
      { metric: UTIL, devices: 1, lastSeen: '2026-01-01T00:09:50.000Z' },
    ],
    end: { rows: 2, more: false },
  });
});

test('what has not changed is not sent again', async () => {
  const { get, ask } = await startApi();
  for (const url of ['/v1/devices', '/v1/metrics?format=csv']) {
    const { headers, text } = await get(url);
    expect(text).not.toBe('');
    expect(headers).toMatchObject({
      'cache-control': 'private, no-cache',
      vary: 'Accept, Authorization, X-API-Key',
    });
    expect(headers.etag).toMatch(/^W\/"[\w-]{22}"$/);
    const again = await get(url, { 'if-none-match': `"other", ${String(headers.etag)}` });
    expect(again).toMatchObject({ status: 304, text: '', headers: { etag: headers.etag } });
    expect((await get(url, { 'if-none-match': 'W/"other"' })).status).toBe(200);
    expect(await ask('HEAD', url)).toMatchObject({ status: 200, text: '', headers: { etag: headers.etag } });
  }
});

test('the last value of each series', async () => {
  const { get } = await startApi();
  const { body, headers } = await get(`/v1/latest?metric=${UTIL}&hostname=host-1&limit=1`);
  expect(body).toMatchObject({
    data: [
      { time: '2026-01-01T00:09:50.000Z', metric: UTIL, value: 59, tags: { uuid: 'GPU-a', gpu_id: '0' } },
    ],
    end: { rows: 1, more: true },
  });
  expect(headers['cache-control']).toBe('no-store');
});

test.each(['json', 'ndjson', 'csv'])('all samples come once, in pages of any size, as %s', async (format) => {
  const { get } = await startApi();
  const seen: string[] = [];
  let cursor = '';
  let pages = 0;
  do {
    const page = await get(`/v1/samples?metric=${UTIL}&${RANGE}&limit=37&format=${format}${cursor}`);
    pages += 1;
    const { rows, next } = rowsOf(format, page.text);
    seen.push(...rows);
    const { 'next-cursor': cursorOfHeaders = '' } = page.headers as { 'next-cursor'?: string };
    if (format !== 'csv') expect(cursorOfHeaders).toBe(next);
    cursor = cursorOfHeaders === '' ? '' : `&cursor=${cursorOfHeaders}`;
  } while (cursor !== '');
  expect(pages).toBe(Math.ceil(170 / 37));
  expect(seen).toHaveLength(170);
  expect(new Set(seen).size).toBe(170);
  const times = seen.map((row) => row.split(' ')[0]);
  expect(times).toEqual([...times].sort());
});

/** Time and uuid of each row. */
function rowsOf(format: string, text: string): { rows: string[]; next: string } {
  interface Row {
    readonly time: string;
    readonly tags: { readonly uuid: string };
  }
  const keyOf = ({ time, tags }: Row): string => `${time} ${tags.uuid}`;
  if (format === 'json') {
    const { data, end } = JSON.parse(text) as { data: Row[]; end: { next?: string } };
    return { rows: data.map(keyOf), next: end.next ?? '' };
  }
  if (format === 'ndjson') {
    const lines = text.trimEnd().split('\n');
    const { end } = JSON.parse(lines.at(-1) ?? '') as { end: { next?: string } };
    return { rows: lines.slice(0, -1).map((line) => keyOf(JSON.parse(line) as Row)), next: end.next ?? '' };
  }
  const lines = text.split('\r\n').slice(1, -1);
  return { rows: lines.map((line) => `${line.split(',')[0] ?? ''} ${line.split(',')[3] ?? ''}`), next: '' };
}

test('a page goes on where the one before ended, though "now" has moved on', async () => {
  const { get, reader } = await startApi();
  const url = `/v1/samples?metric=${UTIL}&from=2026-01-01T00:00:00Z&limit=5`;
  const { body } = await get(url);
  const { next } = body.end as { next: string };
  await get(`${url}&cursor=${next}`);
  const [first, second] = reader.asked as { query: { fromUs: number; toUs: number } }[];
  expect(second?.query.toUs).toBe(first?.query.toUs);
  expect(second?.query.fromUs).toBe(first?.query.fromUs);
});

test('CSV as RFC 4180 has it', async () => {
  const { get } = await startApi();
  const { text, headers } = await get(`/v1/samples?metric=${TEMP}&uuid=GPU-c&${RANGE}&limit=1`, {
    accept: 'text/csv',
  });
  expect(text).toBe(
    'time,metric,value,uuid,hostname,model,gpu_id,device,container,pod,namespace,other_tags\r\n' +
      `2026-01-01T00:00:00.000Z,${TEMP},42.5,GPU-c,host-2,NVIDIA A100,0,nvidia0,,,,"{""rack"":""r,\\""1\\""""}"\r\n`,
  );
  expect(headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': 'attachment; filename="samples.csv"',
    'x-content-type-options': 'nosniff',
  });
});

test('windows, with the aggregates that were asked for', async () => {
  const { get } = await startApi();
  const { body } = await get(
    `/v1/windows?metric=${UTIL}&${RANGE}&window=5m&aggregate=mean&aggregate=p95&aggregate=count&uuid=GPU-b`,
  );
  expect(body).toEqual({
    data: [
      { uuid: 'GPU-b', start: '2026-01-01T00:00:00.000Z', mean: 24.5, p95: 38, count: 30 },
      { uuid: 'GPU-b', start: '2026-01-01T00:05:00.000Z', mean: 54.5, p95: 68, count: 30 },
    ],
    end: { rows: 2, more: false },
  });
  expect((await get(`/v1/windows?metric=${UTIL}&${RANGE}&window=1h&format=csv`)).text).toBe(
    'uuid,start,mean\r\n' +
      'GPU-a,2026-01-01T00:00:00.000Z,29.5\r\n' +
      'GPU-b,2026-01-01T00:00:00.000Z,39.5\r\n' +
      'GPU-c,2026-01-01T00:00:00.000Z,50.5\r\n',
  );
});

test('top devices, from either end', async () => {
  const { get } = await startApi();
  expect((await get(`/v1/top?metric=${UTIL}&${RANGE}&aggregate=max&limit=2`)).body).toEqual({
    data: [
      { uuid: 'GPU-c', value: 79 },
      { uuid: 'GPU-b', value: 69 },
    ],
    end: { rows: 2, more: true },
  });
  expect((await get(`/v1/top?metric=${UTIL}&${RANGE}&order=lowest&limit=1`)).body).toMatchObject({
    data: [{ uuid: 'GPU-a', value: 29.5 }],
  });
});

test('gaps, and the number of samples', async () => {
  const { get } = await startApi();
  expect((await get(`/v1/gaps?metric=${UTIL}&${RANGE}&longerThan=30s`)).body).toEqual({
    data: [
      {
        uuid: 'GPU-c',
        metric: UTIL,
        from: '2026-01-01T00:03:10.000Z',
        to: '2026-01-01T00:05:00.000Z',
        seconds: 110,
      },
    ],
    end: { rows: 1, more: false },
  });
  expect((await get(`/v1/count?${RANGE}`)).body).toEqual({ count: 340 });
  expect((await get(`/v1/count?${RANGE}&metric=${TEMP}&uuid=GPU-c`)).body).toEqual({ count: 50 });
});

test('what is over may be kept for a while, by its owner', async () => {
  const { get } = await startApi();
  const cacheOf = async (range: string): Promise<unknown> =>
    (await get(`/v1/count?${range}`)).headers['cache-control'];
  expect(await cacheOf(RANGE)).toBe('private, max-age=300');
  expect(await cacheOf('from=2026-01-01T00:00:00Z')).toBe('no-store');
  expect(await cacheOf('from=-3h&to=-2h')).toBe('no-store');
  expect(await cacheOf(`from=2026-01-01T00:00:00Z&to=${Date.now()}`)).toBe('no-store');
});

test.each([
  [undefined, 'application/json; charset=utf-8'],
  ['text/html,*/*;q=0.8', 'application/json; charset=utf-8'],
  ['application/x-ndjson', 'application/x-ndjson; charset=utf-8'],
  ['application/json;q=0.1, text/*', 'text/csv; charset=utf-8; header=present'],
  ['text/csv;q=0, */*', 'application/json; charset=utf-8'],
])('Accept: %s is answered with %s', async (accept, contentType) => {
  const { get } = await startApi();
  const { headers } = await get('/v1/metrics', accept === undefined ? {} : { accept });
  expect(headers['content-type']).toBe(contentType);
});
