/** A sample as a row: of its tags, those that every GPU has are columns of their own. */
import { Type, type Static } from '@sinclair/typebox';

import type { SeriesSample } from '../../shared/store/telemetry-store';
import type { Table } from '../answers/encoding';
import { formatTime } from '../queries/time';
import { Time } from './schemas';

export const SampleRow = Type.Object({
  time: Time,
  metric: Type.String(),
  value: Type.Number(),
  tags: Type.Record(Type.String(), Type.String(), { description: 'with the metric, they name the series' }),
});

const TAG_COLUMNS = [
  'uuid',
  'hostname',
  'model',
  'gpu_id',
  'device',
  'container',
  'pod',
  'namespace',
] as const;
const HAS_COLUMN: ReadonlySet<string> = new Set(TAG_COLUMNS);

export function sampleTable(name: string): Table<Static<typeof SampleRow>> {
  return {
    name,
    columns: ['time', 'metric', 'value', ...TAG_COLUMNS, 'other_tags'],
    cells: ({ time, metric, value, tags }) => [
      time,
      metric,
      value,
      ...TAG_COLUMNS.map((tag) => tags[tag]),
      otherTags(tags),
    ],
  };
}

export function toSampleRow({ timeUs, metric, value, tags }: SeriesSample): Static<typeof SampleRow> {
  return { time: formatTime(timeUs), metric, value, tags };
}

function otherTags(tags: Readonly<Record<string, string>>): string | undefined {
  const others = Object.entries(tags).filter(([name]) => !HAS_COLUMN.has(name));
  return others.length === 0 ? undefined : JSON.stringify(Object.fromEntries(others));
}
