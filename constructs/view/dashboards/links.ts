/**
 * Where a panel leads: to the logs of the same pod or service, to its traces, to the runbook of the alert that watches the
 * same, to the next question.
 */
import type { Panel } from './panel';
import type { Subject } from './subject';

export interface Link {
  readonly title: string;
  readonly url: string;
}

/** Grafana's names for the period that the panel shows. */
const PERIOD = { from: '${__from}', to: '${__to}' } as const;

/** From a series, by its labels. */
export function seriesLinks({ about: what }: Panel, about: Subject): readonly Link[] {
  const { logs, traces } = about.sources;
  if (what === 'pod' && logs !== undefined && about.podNamespace !== undefined) {
    return [{ title: 'Logs of the pod', url: explore(logs, 'loki', { expr: logsOfPod(about) }) }];
  }
  if (what !== 'service') return [];
  return [
    ...(logs === undefined
      ? []
      : [
          {
            title: 'Logs of the service',
            url: explore(logs, 'loki', { expr: `{service_name=${label('service_name')}}` }),
          },
        ]),
    ...(traces === undefined
      ? []
      : [
          {
            title: 'Traces of the service',
            url: explore(traces, 'tempo', {
              queryType: 'traceql',
              query: `{resource.service.name=${label('service_name')}}`,
            }),
          },
        ]),
  ];
}

/** A dashboard's address in Grafana, with the period and the choices that are on the screen. */
export function dashboardUrl(uid: string): string {
  return `/d/${uid}?\${__url_time_range}&\${__all_variables}`;
}

/** `pod` may be a label or lie beside the line: a filter finds both. */
function logsOfPod({ podNamespace }: Subject): string {
  return `{namespace="${podNamespace ?? ''}"} | pod=${label('pod')}`;
}

function label(name: string): string {
  return `"\${__field.labels.${name}}"`;
}

/** Source: Grafana 13, "Explore": `panes` is JSON; its variables stay as they are, for Grafana to fill in. */
function explore(uid: string, type: string, query: object): string {
  const panes = {
    a: { datasource: uid, queries: [{ refId: 'A', datasource: { type, uid }, ...query }], range: PERIOD },
  };
  const encoded = encodeURIComponent(JSON.stringify(panes)).replace(/%24%7B[\w.%]+?%7D/g, (variable) =>
    decodeURIComponent(variable),
  );
  return `/explore?schemaVersion=1&orgId=1&panes=${encoded}`;
}
