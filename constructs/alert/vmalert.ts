/**
 * vmalert evaluates rules on the metrics store, writes recorded series and the state of alerts back to it, and sends
 * what fires to every Alertmanager. What can go wrong with the programs that run it watches without being told: those rules
 * come from the graph.
 */
import { Duration, Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import type { CertificateSecret } from '../core/certificate';
import { Component, type ComponentProps } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { Resources } from '../core/container-spec';
import type { Credential } from '../core/credential';
import type { Endpoint } from '../core/endpoint';
import { goFlags } from '../core/go-flags';
import type { Platform, Tier } from '../core/platform';
import { scrapeJobs } from '../core/scrape-jobs';
import { Workload } from '../core/workload';
import { programAlerts } from './program-alerts';
import { renderCheckedRules, type RuleGroup } from './rules';
import { targetAlerts } from './target-alerts';

export interface VmalertProps extends ComponentProps {
  /** What it asks, also for the state of alerts from before a restart. */
  readonly datasource: Endpoint<'queries', 'prometheus-query'>;
  /** Where recorded series and the state of alerts go. */
  readonly remoteWrite: Endpoint<'metrics', 'prometheus-remote-write'>;
  /** For both. @default none */
  readonly credential?: Credential & { kind: 'bearer' };
  /** Secret with the `ca.crt` by which the certificates of both are known. @default the image's own authorities */
  readonly ca?: CertificateSecret;
  readonly alertmanager: Endpoint<'alerts', 'alertmanager-api'>;
  /** Further rules, beside those that the graph gives. @default none */
  readonly groups?: readonly RuleGroup[];
  /** Whether other clusters' metrics are in that store, too, told apart by `cluster`. @default false */
  readonly manyClusters?: boolean;
  /** Those of the scrape agent: what is watched here, and what every alert carries. */
  readonly labels: { readonly cluster: string; readonly environment: string };
  /** Where people open an alert's source, e.g. Grafana's public URL. @default vmalert's own, inside the cluster */
  readonly externalUrl?: string;
  /** @default VMALERT_DEFAULTS.interval */
  readonly interval?: Duration;
  /** @default dev 1, prod 2: both evaluate everything, and Alertmanager sends each alert once */
  readonly replicas?: number;
  /** @default VMALERT_DEFAULTS.resources */
  readonly resources?: Resources;
}

const VMALERT_DEFAULTS = {
  // As often as samples come.
  interval: Duration.seconds(30),
  // A few hundred rules; the work is vmselect's.
  resources: { cpuMillis: 100, memory: Size.mebibytes(256) },
} as const satisfies Partial<VmalertProps>;

const REPLICAS: Readonly<Record<Tier, number>> = { dev: 1, prod: 2 };
const PORT = 8880;
const UID = 65534;
const CONFIG_DIR = '/etc/vmalert';
const SECRETS_DIR = '/etc/vmalert-secrets';
const CA_DIR = '/etc/vmalert-ca';
/** A group in evaluation ends with its queries, 30 s at most. */
const DRAIN_SECONDS = 45;

export class Vmalert extends Component {
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  public constructor(scope: Platform, id: string, props: VmalertProps) {
    super(scope, id, props, {
      layer: 'alert',
      summary: 'Evaluates alerting and recording rules on the metrics store (vmalert)',
    });
    const config = this.deferredConfigMap(`${id}-config`, () => [
      ConfigFile.yaml(scope, 'rules.yml', this.rules(props)),
      ConfigFile.yaml(scope, 'notifier.yml', renderNotifier(props.alertmanager)),
    ]);
    const token = props.credential === undefined ? undefined : this.secret(props.credential.secret);
    const tokenFile = token === undefined ? undefined : `${SECRETS_DIR}/${token.key}`;
    const caFile = props.ca === undefined ? undefined : `${CA_DIR}/ca.crt`;
    const interval = props.interval ?? VMALERT_DEFAULTS.interval;
    const workload = new Workload(this, id, {
      kind: 'Deployment',
      replicas: props.replicas ?? REPLICAS[scope.tier],
      uid: UID,
      drainSeconds: DRAIN_SECONDS,
      container: {
        image: CATALOG.vmalert,
        args: goFlags({
          rule: `${CONFIG_DIR}/rules.yml`,
          evaluationInterval: `${interval.toSeconds()}s`,
          'datasource.url': props.datasource.url,
          'datasource.bearerTokenFile': tokenFile,
          'datasource.tlsCAFile': caFile,
          'remoteRead.url': props.datasource.url,
          'remoteRead.bearerTokenFile': tokenFile,
          'remoteRead.tlsCAFile': caFile,
          'remoteWrite.url': props.remoteWrite.url,
          // The endpoint's URL is whole.
          'remoteWrite.disablePathAppend': true,
          'remoteWrite.bearerTokenFile': tokenFile,
          'remoteWrite.tlsCAFile': caFile,
          'notifier.config': `${CONFIG_DIR}/notifier.yml`,
          'external.label': Object.entries(props.labels)
            .map(([name, value]) => `${name}=${value}`)
            .join(','),
          'external.url': props.externalUrl,
          loggerFormat: 'json',
        }),
        resources: props.resources ?? VMALERT_DEFAULTS.resources,
        probes: { readiness: { http: '/health', port: PORT } },
        configs: [{ mountPath: CONFIG_DIR, config }],
        secretFiles: [
          ...(token === undefined
            ? []
            : [{ mountPath: SECRETS_DIR, secretName: token.secretName, keys: [token.key] }]),
          ...(props.ca === undefined ? [] : [{ mountPath: CA_DIR, ...props.ca, keys: ['ca.crt'] }]),
        ],
      },
    });
    this.metrics = workload.listenForScrapes({
      name: 'http',
      port: PORT,
    });
    const credential = props.credential === undefined ? {} : { credential: props.credential };
    workload.connect(props.datasource, { signals: ['queries'], purpose: 'rules', ...credential });
    // No load: what is recorded can be computed again from the samples that are kept.
    workload.connect(props.remoteWrite, {
      signals: ['metrics'],
      purpose: 'recorded series and the state of alerts',
      ...credential,
    });
    workload.connect(props.alertmanager, { signals: ['alerts'], purpose: 'what fires' });
  }

  private rules(props: VmalertProps): object {
    const { platform } = this;
    const { labels, manyClusters = false } = props;
    return renderCheckedRules(platform, this.node.id, [
      targetAlerts(scrapeJobs(platform.graph), labels),
      ...programAlerts(platform, {
        evaluatedBy: 'vmalert',
        ...(manyClusters ? { manyClusters } : { labels }),
      }),
      ...(props.groups ?? []),
    ]);
  }
}

/** Each replica of Alertmanager by its address: they tell each other what was sent, not what fires. */
function renderNotifier(alertmanager: Endpoint<'alerts', 'alertmanager-api'>): object {
  return { dns_sd_configs: [{ names: [alertmanager.host], type: 'A', port: alertmanager.port }] };
}
