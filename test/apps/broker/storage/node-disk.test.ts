import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { isNoSpace, readFully, writeAll } from '../../../../apps/broker/storage/disk';
import { NodeDisk } from '../../../../apps/broker/storage/node-disk';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'broker-disk-'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

test('a file is written, read, cut, renamed and removed', async () => {
  const disk = new NodeDisk(root);
  await disk.makeFolder('a/b');
  await disk.makeFolder('a/b');
  const file = await disk.create('a/b/one');
  // More buffers than one call of the system takes.
  const buffers = Array.from({ length: 3000 }, (_, i) => Buffer.from(String(i % 10)));
  await writeAll(file, buffers, 0);
  await file.sync();
  expect(await file.size()).toBe(3000);
  expect((await readFully(file, Buffer.alloc(20), 2995)).toString()).toBe('56789');
  await file.truncate(10);
  await file.close();
  await disk.rename('a/b/one', 'a/b/two');
  await disk.syncFolder('a/b');
  expect(await disk.list('a/b')).toEqual(['two']);
  expect(readFileSync(join(root, 'a/b/two'), 'utf8')).toBe('0123456789');
  expect(statSync(join(root, 'a/b/two')).mode & 0o777).toBe(0o600);
  const again = await disk.open('a/b/two');
  expect((await readFully(again, Buffer.alloc(4), 3)).toString()).toBe('3456');
  await again.close();
  await expect(disk.create('a/b/two')).rejects.toThrow('EEXIST');
  await disk.remove('a/b/two');
  expect(await disk.list('a/b')).toEqual([]);
});

test('a folder that is not there has no files', async () => {
  expect(await new NodeDisk(root).list('nowhere')).toEqual([]);
});

test('a full disk is told from a broken one', () => {
  expect(isNoSpace(Object.assign(new Error('no room'), { code: 'ENOSPC' }))).toBe(true);
  expect(isNoSpace(Object.assign(new Error('no quota'), { code: 'EDQUOT' }))).toBe(true);
  expect(isNoSpace(Object.assign(new Error('broken'), { code: 'EIO' }))).toBe(false);
});
