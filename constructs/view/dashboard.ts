/**
 * A provisioned dashboard as data: graphs with one query each, in two columns. `test/proof/validators/grafana` judges the
 * files by the types that Grafana publishes, and the queries by the programs that answer them.
 */
import { ConfigFile } from '../core/config-file';
import { DATA_SOURCE_UIDS } from './grafana-data-sources';

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly graphs: readonly Graph[];
  /** Identifier of the data source that answers PromQL. @default the platform's own */
  readonly metricsUid?: string;
}

interface Graph {
  readonly title: string;
  readonly query: Query;
  /** Grafana's name of a unit, e.g. `ops`, `Bps`, `bytes`, `s`. */
  readonly unit: string;
  /** The question that the graph answers. */
  readonly description: string;
}

type Query =
  | { readonly language: 'promql'; readonly expr: string; readonly legend: string }
  | { readonly language: 'flux'; readonly query: string };

/** What Grafana makes of the scrape interval and the width of the screen. */
export const RATE_WINDOW = '$__rate_interval';

const COLUMNS = 2;
const PANEL_WIDTH = 24 / COLUMNS;
const PANEL_HEIGHT = 8;

/** A graph of the platform's own metrics. */
export function graph(title: string, unit: string, description: string, legend: string, expr: string): Graph {
  return { title, unit, description, query: { language: 'promql', expr, legend } };
}

/** A graph of what the store of readings holds. */
export function fluxGraph(title: string, unit: string, description: string, query: string): Graph {
  return { title, unit, description, query: { language: 'flux', query } };
}

export function dashboardFile(dashboard: Dashboard): ConfigFile {
  const { uid, title, graphs, metricsUid = DATA_SOURCE_UIDS.metrics } = dashboard;
  return ConfigFile.json(`${uid}.json`, {
    uid,
    title,
    tags: ['hyperion', 'overview'],
    timezone: 'browser',
    editable: false,
    graphTooltip: 1,
    schemaVersion: 42,
    refresh: '1m',
    time: { from: 'now-3h', to: 'now' },
    templating: { list: [] },
    annotations: { list: [] },
    panels: graphs.map((panel, index) => renderPanel(panel, index, metricsUid)),
  });
}

function renderPanel({ title, query, unit, description }: Graph, index: number, metricsUid: string): object {
  const datasource =
    query.language === 'promql'
      ? { type: 'prometheus', uid: metricsUid }
      : { type: 'influxdb', uid: DATA_SOURCE_UIDS.readings };
  return {
    id: index + 1,
    type: 'timeseries',
    title,
    description,
    transparent: false,
    datasource,
    gridPos: {
      x: (index % COLUMNS) * PANEL_WIDTH,
      y: Math.floor(index / COLUMNS) * PANEL_HEIGHT,
      w: PANEL_WIDTH,
      h: PANEL_HEIGHT,
    },
    targets: [
      query.language === 'promql'
        ? { refId: 'A', datasource, expr: query.expr, legendFormat: query.legend }
        : { refId: 'A', datasource, query: query.query },
    ],
    fieldConfig: { defaults: { unit, custom: { fillOpacity: 10, showPoints: 'never' } }, overrides: [] },
    options: {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  };
}
