/** Times, exact to the microsecond. */
import fc from 'fast-check';

import { parseTimeUs, type TimeFormat } from '../../../../apps/streamer/mapping/time';

const BASE_US = Date.UTC(2025, 6, 18, 20, 42, 34) * 1000;

test.each<[string, TimeFormat, number | undefined]>([
  ['2025-07-18T20:42:34Z', 'rfc3339', BASE_US],
  ['2025-07-18 20:42:34z', 'rfc3339', BASE_US],
  ['2025-07-18T20:42:34.123456Z', 'rfc3339', BASE_US + 123_456],
  ['2025-07-18T20:42:34.1234569999Z', 'rfc3339', BASE_US + 123_456],
  ['2025-07-18T22:12:34.5+01:30', 'rfc3339', BASE_US + 500_000],
  ['2025-07-18T15:42:34-05:00', 'rfc3339', BASE_US],
  ['2016-12-31T23:59:60Z', 'rfc3339', Date.UTC(2017, 0, 1) * 1000],
  ['2024-02-29T00:00:00Z', 'rfc3339', Date.UTC(2024, 1, 29) * 1000],
  ['2025-02-29T00:00:00Z', 'rfc3339', undefined],
  ['2025-13-01T00:00:00Z', 'rfc3339', undefined],
  ['2025-07-18T24:00:00Z', 'rfc3339', undefined],
  ['2025-07-18T20:42:34', 'rfc3339', undefined],
  ['2025-07-18T20:42:34+24:00', 'rfc3339', undefined],
  ['1969-12-31T23:59:59Z', 'rfc3339', undefined],
  ['2300-01-01T00:00:00Z', 'rfc3339', undefined],
  ['', 'rfc3339', undefined],
  ['1752871354.123456', 's', 1_752_871_354_123_456],
  ['1752871354', 's', 1_752_871_354_000_000],
  ['1752871354.1', 's', 1_752_871_354_100_000],
  ['1752871354123.456', 'ms', 1_752_871_354_123_456],
  ['1752871354123456', 'us', 1_752_871_354_123_456],
  ['1752871354123456.9', 'us', 1_752_871_354_123_456],
  ['1752871354123456', 's', undefined],
  ['1.75e9', 's', undefined],
  ['-1', 's', undefined],
  [' 1', 's', undefined],
])('%s as %s is %s', (text, format, timeUs) => {
  expect(parseTimeUs(text, format)).toBe(timeUs);
});

test('any time comes back from any format', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: Date.UTC(2250, 0) }),
      fc.integer({ min: 0, max: 999 }),
      (ms, us) => {
        const timeUs = ms * 1000 + us;
        const micro = String(us).padStart(3, '0');
        expect(parseTimeUs(new Date(ms).toISOString().replace('Z', `${micro}Z`), 'rfc3339')).toBe(timeUs);
        expect(parseTimeUs(`${ms}.${micro}`, 'ms')).toBe(timeUs);
        const millis = String(ms % 1000).padStart(3, '0');
        expect(parseTimeUs(`${Math.floor(ms / 1000)}.${millis}${micro}`, 's')).toBe(timeUs);
        expect(parseTimeUs(String(timeUs), 'us')).toBe(timeUs);
      },
    ),
  );
});
