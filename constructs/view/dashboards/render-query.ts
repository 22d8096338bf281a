/** A query in the form that its data source's plug-in reads. */
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import { DataqueryBuilder as LokiQuery } from '@grafana/grafana-foundation-sdk/loki';
import {
  DataqueryBuilder as PrometheusQuery,
  PromQueryFormat,
} from '@grafana/grafana-foundation-sdk/prometheus';
import type { Language, Panel, Query } from './panel';
import type { Sources } from './subject';

/** Which data source answers a language. */
export function sourceOf(language: Language, sources: Sources): DataSourceRef {
  switch (language) {
    case 'promql':
      return { type: 'prometheus', uid: sources.metrics };
    case 'logql':
      return { type: 'loki', uid: there(sources.logs, language) };
    case 'flux':
      return { type: 'influxdb', uid: there(sources.readings?.uid, language) };
    case 'sql':
      return { type: 'grafana-clickhouse-datasource', uid: there(sources.traceAnalytics, language) };
  }
}

export function renderQuery(
  { kind }: Panel,
  query: Query,
  refId: string,
  sources: Sources,
): Builder<Dataquery> {
  const datasource = sourceOf(query.language, sources);
  const overTime = kind === 'graph';
  switch (query.language) {
    case 'promql': {
      const builder = new PrometheusQuery()
        .refId(refId)
        .datasource(datasource)
        .expr(query.expr)
        .legendFormat(query.legend);
      if (overTime) return builder.range();
      return kind === 'table' ? builder.instant().format(PromQueryFormat.Table) : builder.instant();
    }
    case 'logql': {
      const builder = new LokiQuery()
        .refId(refId)
        .datasource(datasource)
        .expr(query.expr)
        .legendFormat(query.legend);
      return builder.queryType(overTime ? 'range' : 'instant');
    }
    case 'flux':
      return new PlainQuery({ refId, datasource, query: query.query });
    case 'sql':
      // Source: the plug-in's own model of a query (grafana-clickhouse-datasource 4): format 1 is a table.
      return new PlainQuery({
        refId,
        datasource,
        pluginVersion: '4.11.2',
        editorType: 'sql',
        queryType: 'table',
        format: 1,
        rawSql: query.sql,
      });
  }
}

/** Of plug-ins for which the SDK has no builder. */
class PlainQuery implements Builder<Dataquery> {
  public constructor(private readonly fields: object) {}

  public build(): Dataquery {
    return Object.assign(new PlainDataquery(), this.fields);
  }
}

class PlainDataquery implements Dataquery {
  public _implementsDataqueryVariant(): void {
    // Only a mark for the compiler.
  }
}

function there(uid: string | undefined, language: Language): string {
  if (uid === undefined) {
    throw new Error(`a panel asks in ${language}, and Grafana has no data source for that: leave it out`);
  }
  return uid;
}
