/**
 * The type of a dashboard's file, made of the types that Grafana itself publishes (`@grafana/schema`; our files come of
 * another package, the Foundation SDK); the compiler judges the files by it, and refuses a key that the types have not.
 *
 * It can say: which keys and words there are, at the dashboard, its rows, panels, links, variables, thresholds and legends,
 * and in the options and queries of each kind of panel and source that has published types. It cannot say: what queries of
 * Prometheus, InfluxDB and the ClickHouse plug-in look like (the types below are by their documentation), and nothing that
 * lies between places: `dashboard-mistakes.ts` looks for that.
 */
import type {
  Dashboard,
  DashboardLink,
  DataSourceRef,
  FieldConfig,
  FieldConfigSource,
  GraphFieldConfig,
  Panel,
  RowPanel,
  TableFieldOptions,
  TableOptions,
} from '@grafana/schema';
import type { LokiDataQuery } from '@grafana/schema/dist/esm/raw/composable/loki/dataquery/x/LokiDataQuery_types.gen';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type { Options as GraphOptions } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

interface Asked {
  readonly refId: string;
  readonly datasource: DataSourceRef;
}

/** A query for Prometheus, of which the published types say nothing. */
interface PrometheusQuery extends Asked {
  readonly expr: string;
  readonly legendFormat?: string;
  readonly format?: 'time_series' | 'table' | 'heatmap';
  readonly range?: boolean;
  readonly instant?: boolean;
}

/** A query for InfluxDB in Flux. */
interface FluxQuery extends Asked {
  readonly query: string;
}

interface ClickHouseQuery extends Asked {
  readonly pluginVersion: string;
  readonly editorType: 'sql' | 'builder';
  readonly queryType: 'table' | 'timeseries' | 'logs' | 'traces';
  readonly format: number;
  readonly rawSql: string;
}

/** Grafana's own type leaves open what a panel's kind decides. */
interface PanelOf<Kind extends string, Options, Custom> extends Omit<
  Panel,
  'type' | 'options' | 'fieldConfig' | 'targets'
> {
  readonly type: Kind;
  readonly options: Options;
  readonly fieldConfig: Omit<FieldConfigSource, 'defaults'> & {
    readonly defaults: Omit<FieldConfig, 'custom' | 'links'> & {
      readonly custom?: Custom;
      /** Of any shape to the published types; ours are links as a dashboard has them. */
      readonly links?: readonly DashboardLink[];
    };
  };
  readonly targets: readonly (PrometheusQuery | FluxQuery | ClickHouseQuery | (LokiDataQuery & Asked))[];
}

type AnyPanel =
  | PanelOf<'timeseries', GraphOptions, GraphFieldConfig>
  | PanelOf<'stat', StatOptions, never>
  | PanelOf<'table', TableOptions, TableFieldOptions>
  | (Omit<RowPanel, 'panels'> & { readonly panels: readonly never[] });

/** The same in JSON: the members of an enumeration are their texts. */
type Json<T> = T extends string
  ? `${T}`
  : T extends readonly (infer Item)[]
    ? readonly Json<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Json<T[Key]> }
      : T;

export type DashboardFile = Json<Omit<Dashboard, 'panels'> & { readonly panels: readonly AnyPanel[] }>;
