/**
 * A small log, damaged at every byte in turn. Nothing may be made up, nothing may go missing silently, and one damaged
 * place costs at most the one record in which it lies.
 */
import type { Stored } from '../../../../apps/broker/core/log';
import { DiskBudget } from '../../../../apps/broker/storage/disk-budget';
import type { Finding } from '../../../../apps/broker/storage/recovery';
import { SegmentLog } from '../../../../apps/broker/storage/segment-log';
import { SimulatedDisk } from './simulated-disk';

interface Opened {
  readonly bodies: string[];
  readonly findings: Finding[];
  readonly disk: SimulatedDisk;
}

function openLog(disk: SimulatedDisk, findings: Finding[] = []): Promise<SegmentLog> {
  return SegmentLog.open({
    disk,
    folder: 'p',
    fsync: false,
    segmentBytes: 400,
    budget: new DiskBudget(1_000_000),
    report: (finding) => findings.push(finding),
  });
}

async function readAll(disk: SimulatedDisk): Promise<Opened> {
  const findings: Finding[] = [];
  const log = await openLog(disk, findings);
  const stored: Stored[] = [];
  while (log.backlog > 0) await log.read(100, 100_000, (found) => stored.push(...found));
  return { bodies: stored.map(({ message }) => message.body), findings, disk };
}

/** Two segments; the message `b` is settled, by a note in the second. */
async function writeLog(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  const log = await openLog(disk);
  const homes = new Map<string, Parameters<SegmentLog['settle']>[1]>();
  for (const [i, body] of ['a', 'b', 'c', 'd', 'e', 'f'].entries()) {
    const offset = log.allocate(1);
    const text = body.repeat(40 + i);
    await log.append([{ offset, publishedAtMs: 1, attempts: 0, key: 'k', body: text }], (home) => {
      homes.set(body, home);
      return true;
    });
  }
  const home = homes.get('b');
  if (home === undefined) throw new Error('b has no home');
  log.settle(1, home);
  await log.flush();
  return disk;
}

const ALL = ['a', 'c', 'd', 'e', 'f'];
const initials = (bodies: readonly string[]): string[] => bodies.map((body) => body.slice(0, 1));

function segments(disk: SimulatedDisk): [string, Buffer][] {
  return [...disk.files]
    .filter(([path]) => path.endsWith('.segment'))
    .map(([path, { bytes }]) => [path, bytes]);
}

async function withFile(disk: SimulatedDisk, path: string, bytes: Buffer): Promise<Opened> {
  const damaged = disk.afterKill();
  damaged.files.set(path, { bytes, syncedBytes: bytes.length, named: true });
  return readAll(damaged);
}

test('undamaged, it gives everything, without a finding', async () => {
  const { bodies, findings, disk } = await readAll((await writeLog()).afterKill());
  expect(segments(disk)).toHaveLength(2);
  expect(initials(bodies)).toEqual(ALL);
  expect(findings).toEqual([]);
});

test.each([0x01, 0x80, 0xff])('every byte in turn, changed by %i', async (mask) => {
  const original = await writeLog();
  for (const [path, bytes] of segments(original)) {
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ mask;
      const { bodies, findings } = await withFile(original, path, changed);
      const found = initials(bodies);
      const missing = ALL.filter((each) => !found.includes(each));
      // With the place, so that a failure says where.
      expect([path, at, findings.length]).not.toEqual([path, at, 0]);
      expect(missing.length).toBeLessThanOrEqual(1);
      // A damaged note lets the message come again; nothing else may come.
      expect(found.filter((each) => !ALL.includes(each) && each !== 'b')).toEqual([]);
      // Each message is whole or absent.
      for (const body of bodies) expect(new Set(body).size).toBe(1);
    }
  }
});

test('what is damaged is copied, byte for byte, and found again at the next start', async () => {
  const original = await writeLog();
  const [path, bytes] = segments(original)[0] ?? ['', Buffer.alloc(0)];
  const changed = Buffer.from(bytes);
  const at = changed.indexOf('c'.repeat(10));
  changed[at] = 0x58;
  const first = await withFile(original, path, changed);
  const [finding] = first.findings;
  expect(initials(first.bodies)).toEqual(['a', 'd', 'e', 'f']);
  expect(finding).toMatchObject({ kind: 'damaged', file: path });
  const copy = first.disk.files.get(finding?.copy ?? '')?.bytes.toString('latin1');
  expect(copy).toContain(`X${'c'.repeat(20)}`);
  const second = await readAll(first.disk.afterKill());
  expect(initials(second.bodies)).toEqual(['a', 'd', 'e', 'f']);
  expect(second.findings[0]).toEqual(finding);
});

test('the last segment, cut at every byte: a torn tail is cut off, the rest is whole', async () => {
  const original = await writeLog();
  const [path, bytes] = segments(original).at(-1) ?? ['', Buffer.alloc(0)];
  const inFirst = initials((await withFile(original, path, Buffer.alloc(0))).bodies);
  for (let length = 0; length < bytes.length; length += 1) {
    const { bodies, findings, disk } = await withFile(original, path, bytes.subarray(0, length));
    const found = initials(bodies).filter((each) => each !== 'b');
    expect(ALL.slice(0, found.length)).toEqual(found);
    expect(found.length).toBeGreaterThanOrEqual(inFirst.length - 1);
    expect(findings.map(({ kind }) => kind)).toEqual(findings.length === 0 ? [] : ['unfinished']);
    // It is mended: the next start finds nothing wrong.
    expect((await readAll(disk.afterKill())).findings).toEqual([]);
  }
});

test('an older segment, cut: that is damage, and is not cut off', async () => {
  const original = await writeLog();
  const [path, bytes] = segments(original)[0] ?? ['', Buffer.alloc(0)];
  const { findings, bodies, disk } = await withFile(original, path, bytes.subarray(0, bytes.length - 5));
  expect(findings).toMatchObject([{ kind: 'damaged', file: path }]);
  expect(disk.files.get(path)?.bytes.length).toBe(bytes.length - 5);
  expect(initials(bodies)).toHaveLength(ALL.length - 1);
});

test('a whole record inside of a message passes for nothing', async () => {
  const disk = new SimulatedDisk();
  const log = await openLog(disk);
  const inner = segments(await writeLog())[0]?.[1] ?? Buffer.alloc(0);
  const body = inner.toString('utf8').repeat(2);
  await log.append([{ offset: log.allocate(1), publishedAtMs: 1, attempts: 0, body }], () => false);
  const [path, bytes] = segments(disk)[0] ?? ['', Buffer.alloc(0)];
  const { bodies, findings } = await withFile(disk, path, bytes.subarray(0, bytes.length - 1));
  expect(bodies).toEqual([]);
  expect(findings).toMatchObject([{ kind: 'unfinished' }]);
});
