/** From a row to a reading, and every reason why there is none. */
import { DCGM_MAPPING, parseMapping, type Mapping } from '../../../../apps/streamer/mapping/mapping';
import { HeaderError, RowReader } from '../../../../apps/streamer/mapping/row-reader';

const HEADER =
  'timestamp,metric_name,gpu_id,device,uuid,modelName,Hostname,container,pod,namespace,value,labels_raw'.split(
    ',',
  );
const ROW = [
  '2025-07-18T20:42:34Z',
  'DCGM_FI_DEV_GPU_UTIL',
  '0',
  'nvidia0',
  'GPU-1',
  'NVIDIA H100 80GB HBM3',
  'host-1',
  '',
  '',
  '',
  '97.5',
  'DCGM_FI_DRIVER_VERSION="535.129.03",Hostname="host-1",UUID="GPU-1",__name__="DCGM_FI_DEV_GPU_UTIL",' +
    'device="nvidia0",gpu="0",instance="host-1:9400",modelName="other",pod="from-label",empty=""',
];

function row(changes: Readonly<Record<string, string>>): string[] {
  return HEADER.map((name, i) => changes[name] ?? ROW[i] ?? '');
}

test('a row of a DCGM export: columns by their names, and labels that no tag holds', () => {
  const reader = new RowReader(DCGM_MAPPING, HEADER);
  const reading = reader.read(ROW);
  expect(reading).toEqual({
    metric: 'DCGM_FI_DEV_GPU_UTIL',
    timeUs: 1_752_871_354_000_000,
    value: 97.5,
    tags: {
      gpu_id: '0',
      device: 'nvidia0',
      uuid: 'GPU-1',
      model: 'NVIDIA H100 80GB HBM3',
      hostname: 'host-1',
      pod: 'from-label',
      DCGM_FI_DRIVER_VERSION: '535.129.03',
      instance: 'host-1:9400',
    },
  });
  // Known labels give the same again.
  expect(reader.read(row({ value: '1e2', pod: 'own' }))).toMatchObject({ value: 100, tags: { pod: 'own' } });
  if (typeof reading !== 'string') expect(reader.keyOf(reading)).toBe('GPU-1');
});

test.each<[string, Readonly<Record<string, string>>, string]>([
  [
    'no time',
    { timestamp: 'yesterday' },
    'timestamp: "yesterday" is no time (rfc3339) between 1970 and 2255',
  ],
  ['no value', { value: '' }, 'value: "" is no finite number'],
  ['not a number', { value: 'NaN' }, 'value: "NaN" is no finite number'],
  ['infinite', { value: '1e999' }, 'value: "1e999" is no finite number'],
  ['hexadecimal', { value: '0x10' }, 'value: "0x10" is no finite number'],
  ['a long text as value', { value: 'x'.repeat(100) }, `value: "${'x'.repeat(60)}…" is no finite number`],
  ['no metric', { metric_name: '' }, 'metric: letters, digits, _ : . are allowed'],
  ['a metric with a blank', { metric_name: 'a b' }, 'metric: letters, digits, _ : . are allowed'],
  ['broken labels', { labels_raw: 'a="b' }, 'labels_raw: has a quote that is not closed, at character 3'],
  ['a line break in a tag', { pod: 'a\nb' }, 'tags.pod: has a control character'],
  ['a long tag', { pod: 'x'.repeat(1025) }, 'tags.pod: a text of 1 to 1024 characters'],
  [
    'too many labels',
    { labels_raw: Array.from({ length: 70 }, (_, i) => `l${i}="x"`).join(',') },
    'tags: over 64',
  ],
])('%s', (_name, changes, reason) => {
  expect(new RowReader(DCGM_MAPPING, HEADER).read(row(changes))).toBe(reason);
});

test('a row with cells too few or too many', () => {
  const reader = new RowReader(DCGM_MAPPING, HEADER);
  expect(reader.read(ROW.slice(1))).toBe('has 11 cells, the header has 12');
  expect(reader.read([...ROW, ''])).toBe('has 13 cells, the header has 12');
});

test('a header without what is needed: all of it at once', () => {
  const open = (): RowReader => new RowReader(DCGM_MAPPING, ['time', 'metric_name', 'value', 'value']);
  expect(open).toThrow(HeaderError);
  expect(open).toThrow(
    'the header does not fit: there is no column "timestamp"; there is no column "gpu_id"; there is no column "device"; ' +
      'there is no column "uuid"; there is no column "modelName"; there is no column "Hostname"; ' +
      'there are "time", "metric_name", "value", "value"; name others in STREAMER_MAPPING; ' +
      'the column "value" is there twice',
  );
});

test('a declared mapping', () => {
  const mapping = parseMapping(
    JSON.stringify({
      delimiter: ';',
      time: { column: 't', format: 'ms' },
      metric: { name: 'room_temperature' },
      value: { column: 'celsius' },
      tags: { uuid: 'sensor', room: 'where' },
      key: 'room',
      optional: ['where'],
    }),
  ) as Mapping;
  const reader = new RowReader(mapping, ['celsius', 't', 'sensor']);
  const reading = reader.read(['21.5', '1752871354123', 'S1']);
  expect(reading).toEqual({
    metric: 'room_temperature',
    timeUs: 1_752_871_354_123_000,
    value: 21.5,
    tags: { uuid: 'S1' },
  });
  if (typeof reading !== 'string') expect(reader.keyOf(reading)).toBeUndefined();
});

test.each<[string, string, string[]]>([
  ['no JSON', '{', [expect.stringMatching(/^is no JSON: .*; for example \{"time":/) as string]],
  [
    'unknown and missing things, all at once',
    '{"time":{"column":"t","format":"days"},"values":1,"metric":{"column":"m"},"tags":{"9":"x"}}',
    [
      'value: Expected required property',
      'values: Unexpected property',
      "time.format: Expected string to match '^(rfc3339|s|ms|us)$'",
      'tags.9: Unexpected property',
    ],
  ],
  [
    'contradictions',
    '{"time":{"column":"t","format":"s"},"metric":{"column":"m"},"value":{"column":"v"},"tags":{"a":"b"},"key":"c","optional":["x","v"]}',
    [
      'key: c is no tag; tags are a',
      'optional: x is no column of the mapping',
      'optional: no reading is without v',
    ],
  ],
])('a mapping with %s', (_name, text, problems) => {
  const found = parseMapping(text);
  expect(Array.isArray(found)).toBe(true);
  for (const problem of problems) expect(found).toContainEqual(problem);
});
