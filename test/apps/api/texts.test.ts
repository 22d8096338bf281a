/** What becomes of texts: times, cells of CSV, cursors. */
import fc from 'fast-check';

import { csvLine } from '../../../apps/api/answers/csv';
import { Cursors } from '../../../apps/api/answers/cursor';
import { formatTime, parseDuration, parseTime, TIME_PATTERN } from '../../../apps/api/queries/time';
import { MAX_TIME_US } from '../../../apps/shared/telemetry/reading';

const NOW_US = 1_767_225_600_000_000;

test.each([
  ['2026-01-01T00:00:00Z', NOW_US],
  ['2026-01-01t01:30:00.25+01:30', NOW_US + 250_000],
  ['2025-12-31T23:00:00.000001-01:00', NOW_US + 1],
  ['2026-01-01T00:00:00.123456789Z', NOW_US + 123_456],
  ['1767225600000', NOW_US],
  ['1767225600000001', NOW_US + 1],
  ['-15m', NOW_US - 900_000_000],
  ['-1d', NOW_US - 86_400_000_000],
  ['1970-01-01T00:00:00Z', 0],
  ['2024-02-29T00:00:00Z', 1_709_164_800_000_000],
])('%s is %d', (text, us) => {
  expect(text).toMatch(new RegExp(TIME_PATTERN));
  expect(parseTime(text, NOW_US)).toBe(us);
});

test.each([
  '2026-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:60:00Z',
  '2026-01-01T00:00:60Z',
  '2026-01-01T00:00:00+24:00',
  '1969-12-31T23:59:59Z',
  '0000-01-01T00:00:00Z',
  '2256-01-01T00:00:00Z',
  '9999999999999999',
  '-999999d',
])('%s is no time of ours', (text) => {
  expect(text).toMatch(new RegExp(TIME_PATTERN));
  expect(parseTime(text, NOW_US)).toBeUndefined();
});

test('a time that is written can be read', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: MAX_TIME_US }), (us) => {
      expect(parseTime(formatTime(us), NOW_US)).toBe(us);
    }),
  );
});

test('lengths of time', () => {
  expect(['250ms', '10s', '5m', '1h', '2d'].map(parseDuration)).toEqual([
    250e3, 10e6, 300e6, 3600e6, 172_800e6,
  ]);
});

test('a line of CSV can be read, and runs nothing in a spreadsheet', () => {
  expect(csvLine(['a,b', 'say "hi"', 'two\r\nlines', undefined, -1.5, 1e21])).toBe(
    '"a,b","say ""hi""","two\r\nlines",,-1.5,1e+21\r\n',
  );
  expect(csvLine(['=1+1', '+1', '-1', '@a', '=a,"b"'])).toBe(`'=1+1,'+1,'-1,'@a,"'=a,""b"""\r\n`);
  fc.assert(
    fc.property(fc.string(), (text) => {
      const line = csvLine([text]);
      expect(line.replace(/^"/, '')).not.toMatch(/^[=+\-@\t]/);
      const cell = line.slice(0, -2);
      const read = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
      expect(read.replace(/^'(?=[=+\-@\t\r])/, '')).toBe(text.replace(/^'(?=[=+\-@\t\r])/, ''));
    }),
  );
});

test('a cursor is for its query, at any service that has the same token', () => {
  const place = [NOW_US, 'GPU-a ✓'];
  const cursors = (SERVICE_TOKEN: string, STORE: 'embedded' | 'influxdb' = 'embedded'): Cursors =>
    new Cursors({ SERVICE_TOKEN, STORE });
  const cursor = cursors('token-1').encode(['samples', null], place);
  expect(cursor).toMatch(/^[\w-]+$/);
  expect(cursors('token-1').decode(['samples', null], cursor)).toEqual(place);
  expect(() => cursors('token-1', 'influxdb').decode(['samples', null], cursor)).toThrow('next');
  expect(() => cursors('token-2').decode(['samples', null], cursor)).toThrow('next');
  expect(() => cursors('token-1').decode(['samples', 'a'], cursor)).toThrow('next');
});
