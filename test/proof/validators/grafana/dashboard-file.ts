/** The type of a dashboard's file, made of the types that Grafana publishes; the compiler judges the files by it. */
import type {
  Dashboard,
  DataSourceRef,
  FieldConfig,
  FieldConfigSource,
  GraphFieldConfig,
  Panel,
} from '@grafana/schema';
import type { Options } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** A query for Prometheus, of which the published types say nothing. */
interface PrometheusQuery {
  readonly refId: string;
  readonly datasource: DataSourceRef;
  readonly expr: string;
  readonly legendFormat?: string;
}

/** A query for InfluxDB in Flux. */
interface FluxQuery {
  readonly refId: string;
  readonly datasource: DataSourceRef;
  readonly query: string;
}

/** Grafana's own type leaves open what a panel's kind decides. */
interface TimeSeriesPanel extends Omit<Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> {
  readonly type: 'timeseries';
  readonly options: Options;
  readonly fieldConfig: Omit<FieldConfigSource, 'defaults'> & {
    readonly defaults: Omit<FieldConfig, 'custom'> & { readonly custom: GraphFieldConfig };
  };
  readonly targets: readonly (PrometheusQuery | FluxQuery)[];
}

/** The same in JSON: the members of an enumeration are their texts. */
type Json<T> = T extends string
  ? `${T}`
  : T extends readonly (infer Item)[]
    ? readonly Json<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Json<T[Key]> }
      : T;

export type DashboardFile = Json<Omit<Dashboard, 'panels'> & { readonly panels: readonly TimeSeriesPanel[] }>;
