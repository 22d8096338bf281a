import { parseCpuList } from '../../bench/load/cores';
import { parseAnswer, requestText } from '../../bench/load/http';
import { atFixedRate, atFullSpeed, percentiles } from '../../bench/load/run';
import { MESSAGE } from '../../bench/load/workload';
import { parseDuration } from '../../bench/soak';

const ANSWER = 'HTTP/1.1 202 Accepted\r\ncontent-type: text/plain\r\nContent-Length: 5\r\n\r\nhello';

test('reads the answers of a connection one after the other, and waits for what is not whole', () => {
  const bytes = Buffer.from(`${ANSWER}HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n`);
  const first = parseAnswer(bytes);
  expect(first).toMatchObject({ status: 202, length: ANSWER.length });
  expect(first?.body.toString()).toBe('hello');
  expect(parseAnswer(bytes.subarray(first?.length))).toMatchObject({ status: 500, body: Buffer.alloc(0) });
  for (let length = 0; length < ANSWER.length; length += 1) {
    expect(parseAnswer(Buffer.from(ANSWER).subarray(0, length))).toBeUndefined();
  }
});

test('refuses an answer that it cannot delimit', () => {
  const answer = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
  expect(() => parseAnswer(Buffer.from(answer))).toThrow('an answer without Content-Length cannot be read');
});

test('counts bytes, not characters, in a request', () => {
  expect(requestText({ path: '/a', headers: { x: 'y' }, body: 'ä' })).toBe(
    'POST /a HTTP/1.1\r\nhost: 127.0.0.1\r\nx: y\r\ncontent-length: 2\r\n\r\nä',
  );
});

test('percentiles are values that were measured', () => {
  const values = Array.from({ length: 1000 }, (_, index) => 1000 - index);
  expect(percentiles(values)).toEqual({ p50Ms: 500, p99Ms: 990, p999Ms: 999 });
  expect(percentiles([7])).toEqual({ p50Ms: 7, p99Ms: 7, p999Ms: 7 });
});

test('the message of the rows has 256 bytes', () => {
  expect(Buffer.byteLength(MESSAGE)).toBe(256);
});

test('at full speed each worker has one cycle under way, and all cycles count', async () => {
  const open = [0, 0, 0];
  let cycles = 0;
  let most = 0;
  const workload = {
    itemsPerCycle: 10,
    concurrency: 3,
    cycle: async (worker: number): Promise<void> => {
      open[worker] = (open[worker] ?? 0) + 1;
      most = Math.max(most, ...open);
      await new Promise((resolve) => setImmediate(resolve));
      open[worker] = (open[worker] ?? 0) - 1;
      cycles += 1;
    },
  };
  const { items } = await atFullSpeed(workload, 0.05);
  expect(items).toBe(cycles * 10);
  expect(most).toBe(1);
});

test('at a fixed rate a server that answers nothing for a while is not let off', async () => {
  let release: () => void = () => undefined;
  const stalled = new Promise<void>((resolve) => (release = resolve));
  let cycles = 0;
  const workload = {
    itemsPerCycle: 1,
    concurrency: 2,
    cycle: async (): Promise<void> => {
      cycles += 1;
      if (cycles <= 2) await stalled;
    },
  };
  setTimeout(() => {
    release();
  }, 100);
  // 50 are due while both workers are stuck: each waits for what is left of the 100 ms.
  const { p50Ms } = await atFixedRate(workload, 0.1, 500);
  expect(cycles).toBe(50);
  expect(p50Ms).toBeGreaterThan(20);
});

test('a failure ends the round', async () => {
  const cycle = (): Promise<void> => Promise.reject(new Error('refused'));
  const workload = { itemsPerCycle: 1, concurrency: 2, cycle };
  await expect(atFullSpeed(workload, 0.05)).rejects.toThrow('refused');
  await expect(atFixedRate(workload, 0.05, 100)).rejects.toThrow('refused');
});

test.each([
  ['0-3,8', [0, 1, 2, 3, 8]],
  ['5', [5]],
  ['', []],
])('the processors of %s', (list, cores) => {
  expect(parseCpuList(list)).toEqual(cores);
});

test('reads durations, and refuses those that say nothing about memory', () => {
  expect(parseDuration('5m')).toBe(300);
  expect(parseDuration('8h')).toBe(28_800);
  for (const wrong of ['10s', '5', 'm', '']) {
    expect(() => parseDuration(wrong)).toThrow('a duration of a minute or more, such as 5m or 8h');
  }
});
