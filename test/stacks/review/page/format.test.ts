import {
  amount,
  bytes,
  count,
  counted,
  cpu,
  daysBetween,
  difference,
  distance,
  fieldText,
  load,
  seconds,
} from '../../../../stacks/review/page/format';

const GIBI = 1024 ** 3;

test.each([
  [0, '0 B'],
  [1023, '1,023 B'],
  [1024, '1 KiB'],
  [12.5 * GIBI, '12.5 GiB'],
  [410.4 * GIBI, '410 GiB'],
  [1024 * GIBI, '1 TiB'],
  [-1.5 * GIBI, '-1.5 GiB'],
])('%d bytes are %s', (value, text) => {
  expect(bytes(value)).toBe(text);
});

test.each([
  [0, '0 m'],
  [250, '250 m'],
  [1000, '1 core'],
  [1250, '1.25 cores'],
  [2000, '2 cores'],
  [189_880, '189.9 cores'],
  [1_250_000, '1,250 cores'],
])('%d thousandths of a core are %s', (value, text) => {
  expect(cpu(value)).toBe(text);
});

test.each([
  [0, '0 s'],
  [119.9, '119 s'],
  [120, '2 min'],
  [4008, '66 min 48 s'],
  [7500, '2 h 5 min'],
  [7 * 86_400, '7 d'],
  [7 * 86_400 + 3600, '7 d 1 h'],
  [Infinity, 'without limit'],
])('%d seconds are %s', (value, text) => {
  expect(seconds(value)).toBe(text);
});

test('counts have commas, and one is one', () => {
  expect(count(12_500)).toBe('12,500');
  expect(count(0.44, 1)).toBe('0.4');
  expect(counted(1, 'pod')).toBe('1 pod');
  expect(counted(0, 'entry', 'entries')).toBe('0 entries');
});

test('a load says its items where they are known', () => {
  expect(load({ bytesPerSecond: 12 * 1024 ** 2 })).toBe('12 MiB/s');
  expect(load({ bytesPerSecond: 12 * 1024 ** 2, itemsPerSecond: 40_000 })).toBe('12 MiB/s, 40,000/s');
});

test('amounts by what they are, and differences with a sign', () => {
  expect(amount(1500, 'cpu')).toBe('1.5 cores');
  expect(amount(3, 'pods')).toBe('3');
  expect(difference(60 * GIBI, 30 * GIBI, 'volumes')).toBe('−30 GiB');
  expect(difference(250, 500, 'cpu')).toBe('+250 m');
  expect(difference(3, 3, 'pods')).toBe('±0');
});

test('days are counted from the day of judgement', () => {
  expect(daysBetween('2026-02-27', '2026-03-01')).toBe(2);
  expect(distance('2026-07-31', '2026-07-31')).toBe('today');
  expect(distance('2026-07-31', '2026-08-01')).toBe('in 1 day');
  expect(distance('2026-07-31', '2026-06-30')).toBe('31 days ago');
});

test('counts of bytes say what they amount to, nothing else does', () => {
  expect(fieldText('topics.traces.settings["retention.bytes"]', '8820271787')).toBe('8820271787 (8.2 GiB)');
  expect(fieldText('max_bytes', '1024')).toBe('1024');
  expect(fieldText('max_bytes', '8820271787B')).toBe('8820271787B');
  expect(fieldText('retention_ms', '604800000')).toBe('604800000');
});
