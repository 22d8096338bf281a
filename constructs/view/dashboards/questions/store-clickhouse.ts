/** How is ClickHouse? What it takes and keeps; and what its traces say, in SQL. */
import { graph, sql, table, type Panel } from '../panel';
import type { Question } from '../question';
import type { Subject } from '../subject';

export const storeClickHouse: Question = {
  uid: 'store-clickhouse',
  title: 'Store · ClickHouse',
  rows: (about) => [
    { title: 'Taking and keeping', panels: about.where('clickhouse', () => keeping(about)) },
    { title: 'What the traces say', panels: traces(about) },
  ],
};

function keeping(about: Subject): readonly Panel[] {
  return [
    graph(
      'Rows taken',
      'ops',
      'Do the spans arrive?',
      about.sum('pod', about.rate('ClickHouseProfileEvents_InsertedRows')),
      { next: 'telemetry-arriving' },
    ),
    graph(
      'Queries that failed',
      'ops',
      'Are inserts or questions refused?',
      about.trouble('pod', about.rate('ClickHouseProfileEvents_FailedQuery')),
    ),
    graph(
      'Room on the disk',
      'bytes',
      'When is it full?',
      about.min('pod', about.series('ClickHouseAsyncMetrics_DiskAvailable_default')),
      { next: 'stores-filling' },
    ),
    graph(
      'Parts in one partition',
      'short',
      'Do merges keep up?',
      about.max('pod', about.series('ClickHouseAsyncMetrics_MaxPartCountForPartition')),
      { next: 'telemetry-stuck' },
    ),
    graph(
      'Memory',
      'bytes',
      'Does it have room to work?',
      about.max('pod', about.series('ClickHouseMetrics_MemoryTracking')),
    ),
  ];
}

function traces({ traceQueries: named, sources }: Subject): readonly Panel[] {
  if (named === undefined || sources.traceAnalytics === undefined) return [];
  return [
    table('Services', 'short', 'Which services are called, fail, and are slow?', sql(named.services)),
    table('Who calls whom', 'short', 'Which calls between services fail, and are slow?', sql(named.edges)),
    table('Slowest traces', 'short', 'What took longest, and where did it begin?', sql(named.slowTraces)),
    table('Incomplete traces', 'short', 'Whose spans are missing?', sql(named.incompleteTraces), {
      nothing: 'every trace is complete',
    }),
    table('Completeness', 'short', 'How many traces are whole?', sql(named.completeness)),
  ];
}
