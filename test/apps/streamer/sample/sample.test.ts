/** The sample: the same bytes for ever, readable whole, with its faults in it. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CsvParser } from '../../../../apps/streamer/csv/csv-parser';
import { DCGM_MAPPING } from '../../../../apps/streamer/mapping/mapping';
import { RowReader } from '../../../../apps/streamer/mapping/row-reader';
import { sampleRows, writeSample } from '../../../../apps/streamer/sample/sample';
import type { Reading } from '../../../../apps/shared/telemetry/reading';

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');
const text = [...sampleRows()].join('');

function readAll(): Reading[] {
  const parser = new CsvParser({ delimiter: ',', maxRowBytes: 10_000, maxCells: 12 });
  const [header, ...rows] = [...parser.push(Buffer.from(text)), ...parser.end()];
  if (header?.problem !== undefined || header === undefined) throw new Error('no header');
  const reader = new RowReader(DCGM_MAPPING, header.cells);
  return rows.map((row) => {
    const reading = row.problem ?? reader.read(row.cells);
    if (typeof reading === 'string') throw new Error(`line ${row.line}: ${reading}`);
    return reading;
  });
}

const readings = readAll();
const series = (metric: string, host: string, gpu: string): Reading[] =>
  readings.filter(
    ({ metric: name, tags }) => name === metric && tags.hostname === host && tags.gpu_id === gpu,
  );
const values = (...of: [string, string, string]): number[] => series(...of).map(({ value }) => value);

test('the same bytes for ever', () => {
  expect(text.split('\n')).toHaveLength(74_882);
  expect(sha256(text)).toBe('89abb5cf0955997284154ec3ad233477109381c0314a73df03dc799d33b1dd9a');
});

test('the file has the same bytes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sample-'));
  try {
    const options = { hours: 0.5, stepS: 60, hosts: 2, gpusPerHost: 2 };
    await writeSample(join(folder, 'sample.csv'), options);
    expect(sha256(readFileSync(join(folder, 'sample.csv')))).toBe(sha256([...sampleRows(options)].join('')));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('32 GPUs on 4 hosts, 10 metrics, every row a reading, some with a workload and some without', () => {
  expect(readings).toHaveLength(74_880);
  expect(new Set(readings.map(({ tags }) => tags.uuid)).size).toBe(32);
  expect(new Set(readings.map(({ tags }) => tags.hostname)).size).toBe(4);
  expect(new Set(readings.map(({ metric }) => metric)).size).toBe(10);
  const busy = readings.filter(({ tags }) => tags.pod !== undefined).length;
  expect(busy).toBeGreaterThan(20_000);
  expect(busy).toBeLessThan(70_000);
});

test('one GPU gets too hot and throttles; no other does', () => {
  const hot = values('DCGM_FI_DEV_GPU_TEMP', 'gpu-host-02', '5');
  expect(Math.max(...hot)).toBeGreaterThan(87);
  const clocks = values('DCGM_FI_DEV_SM_CLOCK', 'gpu-host-02', '5');
  expect(clocks.filter((mhz) => mhz > 345 && mhz < 1980).length).toBeGreaterThan(20);
  const others = readings.filter(
    ({ metric, tags }) =>
      metric === 'DCGM_FI_DEV_GPU_TEMP' && !(tags.hostname === 'gpu-host-02' && tags.gpu_id === '5'),
  );
  expect(Math.max(...others.map(({ value }) => value))).toBeLessThan(80);
});

test('the exporter of one host is away for a tenth of the time; no other is', () => {
  const gaps = ['gpu-host-01', 'gpu-host-02', 'gpu-host-03', 'gpu-host-04'].map((host) => {
    const times = series('DCGM_FI_DEV_GPU_UTIL', host, '0').map(({ timeUs }) => timeUs / 1e6);
    return Math.max(...times.slice(1).map((time, i) => time - (times[i] ?? 0)));
  });
  expect(gaps).toEqual([30, 30, 12 * 60 + 30, 30]);
});

test('one GPU has memory errors, which only rise, and the XID that goes with them', () => {
  const errors = values('DCGM_FI_DEV_ECC_DBE_VOL_TOTAL', 'gpu-host-04', '2');
  expect(errors.filter((value, i) => value !== (errors[i - 1] ?? 0))).toEqual([1, 2, 3]);
  expect(new Set(values('DCGM_FI_DEV_XID_ERRORS', 'gpu-host-04', '2'))).toEqual(new Set([0, 48]));
  const [faulty] = series('DCGM_FI_DEV_GPU_UTIL', 'gpu-host-04', '2');
  const others = readings.filter(
    ({ metric, tags }) => metric.includes('ECC') && tags.uuid !== faulty?.tags.uuid,
  );
  expect(others.filter(({ value }) => value !== 0)).toEqual([]);
});
