/** ClickHouse's files, judged by its engine in this process. */
import { judgeClickHouseFile } from '../clickhouse/judge';
import type { Validator } from './validator';

export const CLICKHOUSE_VALIDATORS: readonly Validator[] = [
  engine(
    'users.yaml',
    'a setting that does not exist',
    'max_rows_to_read:',
    'max_rows_to_reed:',
    /Unknown setting 'max_rows_to_reed'/,
  ),
  engine(
    'config.yaml',
    'a word for a number',
    'ratio: 0.8',
    'ratio: most',
    /Cannot read floating point value/,
  ),
  engine(
    'schema.sql',
    'a column that does not exist',
    'ORDER BY (TraceId, Start)',
    'ORDER BY (TraceId, Begin)',
    /Missing columns: 'Begin'/,
  ),
];

function engine(file: string, what: string, right: string, wrong: string, says: RegExp): Validator {
  return {
    files: `clickhouse/${file}`,
    reads: 'clickhouse',
    judgedBy: 'the engine in this process (chdb)',
    substitute: 'older version 26.7, without a server, for 26.8.15.10',
    tools: [],
    judge: (path) => Promise.resolve(judgeClickHouseFile(path)),
    mistakes: [{ what, spoil: (text) => text.replace(right, wrong), says }],
  };
}
