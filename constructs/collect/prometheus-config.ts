/**
 * Prometheus' own configuration: what to scrape (derived from the graph, as vmagent's), which rules, whom to tell.
 * `promtool check config` judges it.
 */
import type { Endpoint } from '../core/endpoint';
import { renderScrapeConfig, type ScrapeConfigProps } from './vmagent-config';

export interface PrometheusConfigProps extends ScrapeConfigProps {
  readonly ruleFile: string;
  readonly alertmanager: Endpoint<'alerts', 'alertmanager-api'>;
}

export function renderPrometheus(props: PrometheusConfigProps): object {
  const { global, ...scrapes } = renderScrapeConfig(props);
  return {
    // As often as samples come.
    global: { ...global, evaluation_interval: `${props.intervalSeconds}s` },
    rule_files: [props.ruleFile],
    alerting: {
      // Each replica by its address: they tell each other what was sent, not what fires.
      alertmanagers: [
        {
          dns_sd_configs: [{ names: [props.alertmanager.host], type: 'A', port: props.alertmanager.port }],
        },
      ],
    },
    ...scrapes,
  };
}
