/**
 * The dashboards of an environment: each question that what runs there can answer. A component whose programs are known here
 * is on them without a further line.
 */
import type { Platform } from '../../core/platform';
import type { ConfigFile } from '../../core/config-file';
import { QUESTIONS } from './questions/all';
import { dashboardFile, type Dashboard } from './render-dashboard';
import { Subject, type SubjectProps } from './subject';

/** Of a complete graph, and after the rules: call it when everything else is there. */
export function platformDashboards(platform: Platform, props: SubjectProps): ConfigFile[] {
  const about = new Subject(platform, props);
  const dashboards = QUESTIONS.map(({ uid, title, rows }): Dashboard => ({
    uid,
    title,
    rows: rows(about).filter(({ panels }) => panels.length > 0),
  })).filter(({ rows }) => rows.length > 0);
  const titles = new Map(dashboards.map(({ uid, title }) => [uid, title]));
  return dashboards.map((dashboard) => dashboardFile(dashboard, { platform, about, titles }));
}
