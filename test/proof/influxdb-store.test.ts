/** The suite of all stores against a real InfluxDB 2.7, and what only InfluxDB can refuse. */
import { openInfluxReader } from '../../apps/shared/store/influxdb/influx-reader';
import { openInfluxWriter } from '../../apps/shared/store/influxdb/influx-writer';
import { storeSuite } from '../apps/shared/store/store-suite';
import { gpuReading, START_US, toArray } from '../apps/shared/store/suite/readings';
import { proof } from '../tools/proof';
import { InfluxServer, ORG, TOKEN } from './stores/influxdb-server';

jest.setTimeout(120_000);

proof(['influxdb'], 'readings in InfluxDB 2.7', () => {
  let server: InfluxServer;
  const closing: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    server = await InfluxServer.start();
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  afterAll(() => server.stop());

  const open = async (more: { bucket?: string; token?: string; gzip?: boolean } = {}) => {
    const bucket = more.bucket ?? (await server.newBucket());
    const options = {
      url: server.url,
      org: ORG,
      token: TOKEN,
      timeoutMs: 60_000,
      gzip: true,
      ...more,
      bucket,
    };
    const writer = openInfluxWriter(options);
    const reader = openInfluxReader(options);
    closing.push(
      () => writer.close(),
      () => reader.close(),
    );
    return { writer, reader };
  };

  storeSuite(() => open());

  it('takes lines that are not compressed', async () => {
    const { writer, reader } = await open({ gzip: false });
    await writer.write([gpuReading(1, 0, 1)]);
    expect(await reader.count({ fromUs: START_US, toUs: START_US + 1 })).toBe(1);
  });

  it('streams more samples than one slice holds, in order, each once', async () => {
    const { writer, reader } = await open();
    const readings = Array.from({ length: 25_000 }, (_, i) =>
      gpuReading(i % 50, Math.floor(i / 50) * 7000, i),
    );
    for (let i = 0; i < readings.length; i += 5000) await writer.write(readings.slice(i, i + 5000));
    const query = { fromUs: START_US, toUs: START_US + 3_600_000_000, metric: 'DCGM_FI_DEV_GPU_UTIL' };
    const samples = await toArray(reader.samples(query, 100_000));
    expect(new Set(samples.map(({ value }) => value)).size).toBe(25_000);
    expect(samples.every(({ timeUs }, i) => timeUs >= (samples[i - 1]?.timeUs ?? 0))).toBe(true);
  });

  it('is told apart: a wrong token, a bucket that is not there, a series that is too long', async () => {
    const wrongToken = await open({ token: 'wrong-token-that-nobody-gave' });
    await expect(wrongToken.writer.write([gpuReading(1, 0, 1)])).rejects.toMatchObject({
      name: 'StoreUnavailable',
      kind: 'unauthorized',
    });
    await expect(wrongToken.reader.count({ fromUs: 0, toUs: 1 })).rejects.toMatchObject({
      kind: 'unauthorized',
    });
    const noBucket = await open({ bucket: 'nowhere' });
    await expect(noBucket.writer.write([gpuReading(1, 0, 1)])).rejects.toMatchObject({
      kind: 'unauthorized',
      message: expect.stringContaining(
        'remedy: make the organisation telemetryorg and its bucket nowhere',
      ) as string,
    });
    const { writer } = await open();
    const tags = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`tag${i}`, 'é'.repeat(1024)]));
    await expect(writer.write([{ ...gpuReading(1, 0, 1), tags }])).rejects.toMatchObject({
      name: 'ReadingsRefused',
      message: expect.stringContaining('max key length exceeded') as string,
    });
  });
});
