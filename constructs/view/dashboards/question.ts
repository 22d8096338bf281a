/** One dashboard: a question, and the rows of panels that answer it in an environment. */
import type { Row } from './panel';
import type { Subject } from './subject';

export interface Question {
  /** Part of the dashboard's address, so it never changes; at most 40 characters (Grafana's limit). */
  readonly uid: string;
  /** The question as people ask it. */
  readonly title: string;
  /** In the order in which the telemetry flows. Rows without a panel vanish, and with them the dashboard. */
  readonly rows: (about: Subject) => readonly Row[];
}
