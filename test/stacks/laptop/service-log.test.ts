import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ServiceLog } from '../../../stacks/laptop/service-log';

const folder = mkdtempSync(join(tmpdir(), 'hyperion-log-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('keeps the last lines, whole characters, and two bounded files', () => {
  const path = join(folder, 'api.log');
  const log = new ServiceLog({ path, fileBytes: 100 });
  const umlaut = Buffer.from('ä\n');
  log.write(umlaut.subarray(0, 1));
  expect(log.last(5)).toEqual([]);
  log.write(umlaut.subarray(1));
  expect(log.last(5)).toEqual(['ä']);
  for (let line = 0; line < 100; line += 1) log.write(Buffer.from(`line ${line}\n`));
  log.note('ended');
  expect(log.last(2)).toEqual(['line 99', '[telemetry-local] ended']);
  expect(log.last(1000)).toHaveLength(60);
  log.close();
  expect(statSync(path).size + statSync(`${path}.1`).size).toBeLessThan(300);
  expect(readFileSync(path, 'utf8').endsWith('line 99\n[telemetry-local] ended\n')).toBe(true);
});

test('goes on with the file of the run before', () => {
  const path = join(folder, 'broker.log');
  for (const text of ['first\n', 'second\n']) {
    const log = new ServiceLog({ path });
    log.write(Buffer.from(text));
    log.close();
  }
  expect(readFileSync(path, 'utf8')).toBe('first\nsecond\n');
});
