/** What the routes of queries are given. */
import type { Cursors } from '../answers/cursor';
import type { ApiSettings } from '../config';
import type { ApiMetrics } from '../metrics';
import type { QueryRunner } from '../queries/query-runner';

export interface QueryContext {
  readonly settings: ApiSettings;
  readonly queries: QueryRunner;
  readonly cursors: Cursors;
  readonly metrics: ApiMetrics;
}
