/** Labels in Prometheus's text format. */
import fc from 'fast-check';

import { parseLabels } from '../../../../apps/streamer/mapping/labels';

test.each<[string, unknown]>([
  ['', []],
  ['{}', []],
  ['a="b"', [['a', 'b']]],
  [
    '{a="b", c = "d" ,}',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'a="b,c=\\"d\\"",e="\\\\",f="x\\ny"',
    [
      ['a', 'b,c="d"'],
      ['e', '\\'],
      ['f', 'x\ny'],
    ],
  ],
  ['a=""', [['a', '']]],
  ['a', 'has no = at character 2'],
  ['a=b', 'has no quote at character 3'],
  ['a="b', 'has a quote that is not closed, at character 3'],
  ['a="b\\"', 'has a quote that is not closed, at character 3'],
  ['a="b"c="d"', 'has no comma at character 6'],
  ['1a="b"', "has no label's name at character 1"],
  ['a="b",,c="d"', "has no label's name at character 7"],
])('%s', (text, labels) => {
  expect(parseLabels(text)).toEqual(labels);
});

test('any labels come back', () => {
  const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,5}$/);
  const value = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('\\', '"', 'n', '\n', ',', '}') }));
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 6 }), fc.boolean(), (labels, isBraced) => {
      const escape = (text: string): string =>
        text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
      const text = labels.map(([key, text]) => `${key}="${escape(text)}"`).join(',');
      expect(parseLabels(isBraced ? `{${text}}` : text)).toEqual(labels);
    }),
  );
});
