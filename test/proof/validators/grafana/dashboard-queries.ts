/** The queries of a dashboard's file, as the data source gets them: Grafana's own variables have become values. */
import type { DashboardLike } from './dashboard-mistakes';

export interface DashboardQuery {
  readonly dashboard: string;
  readonly panel: string;
  readonly language: 'promql' | 'logql' | 'flux' | 'sql';
  readonly text: string;
  readonly legend: string;
  /** Identifier of the data source that is asked. */
  readonly source: string;
  /** Whether only the last value is asked for. */
  readonly instant: boolean;
}

export interface Period {
  /** For `$__rate_interval`, `$__interval` and Loki's `$__auto`. */
  readonly window: string;
  /** Unix time. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

const LANGUAGES: Readonly<Record<string, DashboardQuery['language']>> = {
  prometheus: 'promql',
  loki: 'logql',
  influxdb: 'flux',
  'grafana-clickhouse-datasource': 'sql',
};
/** For judges that only read. */
const SOME_HOUR: Period = { window: '5m', fromSeconds: 1_767_225_600, toSeconds: 1_767_229_200 };

export function queriesOf(dashboard: DashboardLike, period: Period = SOME_HOUR): readonly DashboardQuery[] {
  return dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ datasource = {}, expr, query, rawSql, legendFormat = '', instant = false }) => {
      const language = LANGUAGES[datasource.type ?? ''];
      if (language === undefined)
        throw new Error(`"${title}": nobody knows what ${datasource.type ?? ''} asks`);
      return {
        dashboard: dashboard.uid,
        panel: title,
        language,
        text: filled(expr ?? query ?? rawSql ?? '', period),
        legend: legendFormat,
        source: datasource.uid ?? '',
        instant,
      };
    }),
  );
}

function filled(text: string, { window, fromSeconds, toSeconds }: Period): string {
  return text
    .replaceAll(/\$__(rate_interval|interval|auto)\b/g, window)
    .replaceAll('"$cluster"', '".*"')
    .replaceAll('$__fromTime', `toDateTime(${fromSeconds})`)
    .replaceAll('$__toTime', `toDateTime(${toSeconds})`)
    .replaceAll('v.timeRangeStart', new Date(fromSeconds * 1000).toISOString())
    .replaceAll('v.timeRangeStop', new Date(toSeconds * 1000).toISOString())
    .replaceAll('v.windowPeriod', '1m');
}
