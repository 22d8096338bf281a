/** Settings, flags, and the small pure parts: waits, paces, the rising clock, the ring. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';

import { readStreamerSettings } from '../../../apps/streamer/config';
import { flagsAsEnvironment } from '../../../apps/streamer/flags';
import { EventRing } from '../../../apps/streamer/live/event-ring';
import { backoffMs } from '../../../apps/streamer/publish/backoff';
import { Pacer } from '../../../apps/streamer/source/pacer';
import { risingClock } from '../../../apps/streamer/source/rising-clock';
import { closeAll, newFolder, TOKEN } from './streamer-client';

afterEach(closeAll);

const NEEDED = { SERVICE_TOKEN: TOKEN, QUEUE_URL: 'http://127.0.0.1:9', STREAMER_DATA_DIR: 'data' };

test('defaults', () => {
  expect(readStreamerSettings(NEEDED)).toMatchObject({
    QUEUE_TOPIC: 'telemetry',
    RETRY_ATTEMPTS: 3,
    STREAMER_HTTP_ATTEMPTS: 2,
    STREAMER_PACE: 'fast',
    STREAMER_LOOP: false,
    STREAMER_KEEP_TIMESTAMPS: undefined,
    mapping: { time: { column: 'timestamp' } },
  });
});

test('a mapping from a file', () => {
  const path = join(newFolder(), 'mapping.json');
  const mapping = {
    time: { column: 't', format: 's' },
    metric: { name: 'm' },
    value: { column: 'v' },
    tags: { uuid: 'u' },
  };
  writeFileSync(path, JSON.stringify(mapping));
  expect(readStreamerSettings({ ...NEEDED, STREAMER_MAPPING: path }).mapping).toEqual(mapping);
});

test.each<[string, Record<string, string>, string]>([
  [
    'a mapping that is not there',
    { STREAMER_MAPPING: '/nowhere/mapping.json' },
    'environment: STREAMER_MAPPING\n  rule:   the file cannot be read: ENOENT',
  ],
  [
    'a mapping that is no JSON',
    { STREAMER_MAPPING: '{' },
    'environment: STREAMER_MAPPING\n  rule:   is no JSON: ',
  ],
  [
    'a loop of nothing',
    { STREAMER_LOOP: 'true' },
    'environment: STREAMER_LOOP\n  rule:   only a file can be repeated',
  ],
  [
    'a loop of standard input',
    { STREAMER_LOOP: 'true', STREAMER_SOURCE: '-' },
    'only a file can be repeated',
  ],
  [
    'no speed',
    { STREAMER_SPEED: '0.0' },
    'environment: STREAMER_SPEED\n  rule:   at a speed of 0 nothing moves',
  ],
  ['a large batch', { STREAMER_BATCH_MESSAGES: '1001' }, 'must be a whole number from 1 to 1000'],
])('%s', (_name, variables, problem) => {
  expect(() => readStreamerSettings({ ...NEEDED, ...variables })).toThrow(problem);
});

test('flags stand for variables', () => {
  const flags = [
    '--source',
    'a.csv',
    '--pace',
    'original',
    '--speed=60',
    '--rate',
    '5',
    '--loop',
    '--keep-timestamps',
  ];
  expect(flagsAsEnvironment(flags)).toEqual({
    STREAMER_SOURCE: 'a.csv',
    STREAMER_PACE: 'original',
    STREAMER_SPEED: '60',
    STREAMER_RATE: '5',
    STREAMER_LOOP: 'true',
    STREAMER_KEEP_TIMESTAMPS: 'true',
  });
  expect(flagsAsEnvironment([])).toEqual({});
});

test.each([['--color'], ['a.csv'], ['--source']])('%s is no flag that can be used', (flag) => {
  expect(() => flagsAsEnvironment([flag])).toThrow(
    /^command line: .*\n {2}rule: {3}the flags are --source …, --pace …/,
  );
});

test('waits grow, are bounded, and differ by half', () => {
  const backoff = { baseMs: 100, factor: 2, maxMs: 1000 };
  expect([1, 2, 3, 4, 5, 50].map((failures) => backoffMs(backoff, failures, () => 1))).toEqual([
    100, 200, 400, 800, 1000, 1000,
  ]);
  expect([1, 2, 5].map((failures) => backoffMs(backoff, failures, () => 0))).toEqual([50, 100, 500]);
});

test('paces', () => {
  let nowMs = 5000;
  const clock = (): number => nowMs;
  expect(new Pacer({ kind: 'fast' }, clock).waitMs(0)).toBe(0);
  const rate = new Pacer({ kind: 'rate', rowsPerS: 100 }, clock);
  expect([1, 2, 3].map(() => rate.waitMs(0))).toEqual([0, 10, 20]);
  rate.restart();
  expect(rate.waitMs(0)).toBe(0);
  const original = new Pacer({ kind: 'original', speed: 10 }, clock);
  expect([7e6, 8e6, 9e6].map((timeUs) => original.waitMs(timeUs))).toEqual([0, 100, 200]);
  nowMs += 150;
  expect(original.waitMs(9e6)).toBe(50);
  // It starts again.
  expect(original.waitMs(7e6)).toBe(0);
  expect(original.waitMs(8e6)).toBe(100);
});

test('the time of reading rises strictly, also when the clock does not', () => {
  const times = [10, 10, 9, 12];
  const clock = risingClock(() => times.shift() ?? 0);
  expect([clock(), clock(), clock(), clock()]).toEqual([10_000, 10_001, 10_002, 12_000]);
});

test('the ring holds the last events within both limits', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 60 }), (sizes) => {
      const ring = new EventRing(7, 100);
      const events = sizes.map((size) => ({ metric: 'm', uuid: undefined, body: 'x'.repeat(size) }));
      for (const event of events) ring.push(event);
      const held = Array.from({ length: ring.next - ring.first }, (_, i) => ring.get(ring.first + i));
      expect(held).toEqual(events.slice(ring.first - 1));
      const bytes = held.reduce((sum, event) => sum + (event?.body.length ?? 0), 0);
      expect(bytes).toBeLessThanOrEqual(100);
      // One more would be too many.
      const oneMore = events[ring.first - 2]?.body.length;
      if (oneMore !== undefined) expect(held.length === 7 || bytes + oneMore > 100).toBe(true);
      expect(ring.get(ring.first - 1)).toBeUndefined();
      expect(ring.get(ring.next)).toBeUndefined();
    }),
  );
});
