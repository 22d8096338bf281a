/**
 * The encoder against a parser that knows nothing of it: written after InfluxDB's own (models/points.go), which looks for a
 * separator with no backslash right before it, and takes a backslash away only before a separator.
 */
import fc from 'fast-check';

import { encodeLines } from '../../../../apps/shared/store/influxdb/line-protocol';
import { originalTags } from '../../../../apps/shared/store/influxdb/tag-names';
import { readingProblem, type Reading } from '../../../../apps/shared/telemetry/reading';

/** Cuts at the separators that have no backslash before them. */
function cut(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === separator && text[i - 1] !== '\\') {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, text.slice(start)];
}

const unescape = (text: string): string => text.replace(/\\([ ,=])/g, '$1');

function parse(line: string): { metric: string; tags: [string, string][]; value: number; timeUs: number } {
  const [key = '', field = '', time = '', ...more] = cut(line, ' ');
  expect(more).toEqual([]);
  const [metric = '', ...tags] = cut(key, ',');
  const [name, value] = field.split('=');
  expect(name).toBe('value');
  expect(time).toMatch(/^\d+$/);
  return {
    metric: unescape(metric),
    tags: tags.map((tag) => {
      const [tagName = '', tagValue = '', ...rest] = cut(tag, '=');
      expect(rest).toEqual([]);
      return [unescape(tagName), unescape(tagValue)];
    }),
    value: Number(value),
    timeUs: Number(time),
  };
}

jest.setTimeout(60_000);

const character = fc.oneof(
  fc.constantFrom(' ', ',', '=', '\\', '.', '"', "'", '#', 'é', '😀', 'n', 't', '\u2028'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
);
const text = fc
  .array(character, { minLength: 1, maxLength: 12 })
  .map((all) => all.join(''))
  .filter((all) => !/[\p{Cc}\p{Cs}]/u.test(all));
const tagName = fc.oneof(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.]{0,10}$/),
  fc.constantFrom(
    'time',
    '_field',
    '_measurement',
    '_value',
    'result',
    'table',
    'tag.time',
    'tag.tag._x',
    'tag.x',
    '__proto__',
  ),
);
const reading: fc.Arbitrary<Reading> = fc.record({
  metric: fc.stringMatching(/^[A-Za-z_:][A-Za-z0-9_:.]{0,20}$/),
  timeUs: fc.maxSafeNat(),
  value: fc.double({ noNaN: true, noDefaultInfinity: true }),
  tags: fc.array(fc.tuple(tagName, text), { maxLength: 8 }).map((pairs) => Object.fromEntries(pairs)),
});

it('says any reading so that it can be read back', () => {
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 5 }), (readings) => {
      expect(readings.map(readingProblem)).toEqual(readings.map(() => undefined));
      const encoded = encodeLines(readings);
      const lines = encoded.split('\n');
      expect(lines.pop()).toBe('');
      expect(lines).toHaveLength(readings.length);
      const found = lines.map(parse);
      expect(found.map(({ metric, value, timeUs }) => [metric, value, timeUs])).toEqual(
        // The protocol has one zero.
        readings.map(({ metric, value, timeUs }) => [metric, value + 0, timeUs]),
      );
      for (const [i, { tags }] of found.entries()) {
        expect(Object.entries(originalTags(tags)).sort()).toEqual(
          Object.entries(readings[i]?.tags ?? {}).sort(),
        );
        expect(tags.map(([name]) => name).filter((name) => /^(_|time$|result$|table$)/.test(name))).toEqual(
          [],
        );
      }
    }),
    { numRuns: 500 },
  );
});

it.each([
  [{ a: 'x' }, 'm,a=x value=1.5 7\n'],
  [{ b: 'x', a: 'y' }, 'm,a=y,b=x value=1.5 7\n'],
  [{ a: 'x y,z=1' }, 'm,a=x\\ y\\,z\\=1 value=1.5 7\n'],
  [{ a: 'C:\\' }, 'm,a=C:\\. value=1.5 7\n'],
  [{ a: 'C:\\.' }, 'm,a=C:\\.. value=1.5 7\n'],
  [{ time: '1', _x: '2' }, 'm,tag._x=2,tag.time=1 value=1.5 7\n'],
  [{}, 'm value=1.5 7\n'],
])('says %j as %j', (tags, line) => {
  expect(encodeLines([{ metric: 'm', timeUs: 7, value: 1.5, tags }])).toBe(line);
});
