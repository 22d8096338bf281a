/**
 * Prometheus' own configuration: what to scrape (derived from the graph, as vmagent's), which rules, whom to tell, and
 * where copies of the samples go. `promtool check config` judges it.
 */
import type { Endpoint } from '../core/endpoint';
import type { DestinationFiles } from './remote-write';
import { renderScrapeConfig, type ScrapeConfigProps } from './scrape-config';

export interface PrometheusConfigProps extends ScrapeConfigProps {
  readonly ruleFile: string;
  readonly alertmanager: Endpoint<'alerts', 'alertmanager-api'>;
  /** @default none */
  readonly remoteWrite?: readonly RemoteWriteConfig[];
}

export interface RemoteWriteConfig extends DestinationFiles {
  readonly url: string;
  /** With a password in `secretFile`; else that is a bearer token. */
  readonly username: string | undefined;
}

/**
 * Samples in memory for each destination. Shards: one sends some thousand samples/s; the default of 50 is for the busiest
 * servers, and each has a queue of its own. "Remote write tuning", Prometheus documentation.
 */
export const REMOTE_WRITE_QUEUE = {
  capacity: 10_000,
  max_shards: 4,
  max_samples_per_send: 2000,
} as const;

export function renderPrometheus(props: PrometheusConfigProps): object {
  const { global, ...scrapes } = renderScrapeConfig(props);
  const remoteWrite = props.remoteWrite ?? [];
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
    ...(remoteWrite.length === 0 ? {} : { remote_write: remoteWrite.map(renderRemoteWrite) }),
    ...scrapes,
  };
}

function renderRemoteWrite({ url, username, secretFile, caFile }: RemoteWriteConfig): object {
  return {
    url,
    ...(secretFile === undefined
      ? {}
      : username === undefined
        ? { authorization: { credentials_file: secretFile } }
        : { basic_auth: { username, password_file: secretFile } }),
    ...(caFile === undefined ? {} : { tls_config: { ca_file: caFile } }),
    queue_config: { ...REMOTE_WRITE_QUEUE },
  };
}
