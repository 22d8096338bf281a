/**
 * Grafana: what people look at. All its state (dashboards made by hand, users, alerts) lies in PostgreSQL, so any
 * replica can go; data sources and dashboards are provisioned from the flow graph.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { Component, type ComponentProps } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { ContainerSpec, Resources } from '../core/container-spec';
import type { Credential } from '../core/credential';
import type { Endpoint } from '../core/endpoint';
import type { Platform } from '../core/platform';
import { SecretRef } from '../core/secrets';
import { Workload } from '../core/workload';
import { renderDataSources, sourcesOf, type DataSources } from './grafana-data-sources';
import { GRAFANA_DIRS, GRAFANA_GOSSIP_PORT, GRAFANA_HTTP_PORT, grafanaIni } from './grafana-ini';
import { signInMistakes, type GrafanaSignIn } from './grafana-sign-in';
import { renderIni } from './ini';
import { platformDashboards } from './dashboards/platform-dashboards';
import type { SubjectProps } from './dashboards/subject';

export interface GrafanaDatabase {
  readonly endpoint: Endpoint<'state', 'postgresql'>;
  readonly name: string;
  readonly user: string;
  readonly password: SecretRef;
  /**
   * Secret with the `ca.crt` that signed the server's certificate.
   * @default the image's own certificate authorities (a managed database)
   */
  readonly caSecretName?: string;
}

export interface GrafanaProps extends ComponentProps {
  /** Host name under which people reach it. */
  readonly host: string;
  readonly database: GrafanaDatabase;
  readonly dataSources: DataSources;
  /** What the dashboards have to know beside the graph and the data sources. @default nothing */
  readonly dashboards?: Pick<SubjectProps, 'manyClusters' | 'traceQueries'>;
  /** Encrypts what is kept in the database; the same for all replicas, and never changed. */
  readonly secretKey: SecretRef;
  /** First administrator's password. */
  readonly adminPassword: SecretRef;
  /** Where people's accounts and groups are kept. @default accounts of Grafana's own, which the administrator makes */
  readonly signIn?: GrafanaSignIn;
  /**
   * Volume for plug-ins that all replicas share (ReadWriteMany).
   * @default none: each replica keeps its own, and they vanish with it
   */
  readonly sharedFiles?: { readonly size: Size; readonly storageClass: string };
  /** Where the ClickHouse plug-in is fetched from at start. @default none: nothing of it is asked for */
  readonly internet?: Endpoint<'web', 'https'>;
  /** @default 1; more than one also makes alert evaluation highly available */
  readonly replicas?: number;
  readonly resources?: Resources;
}

const DEFAULTS = {
  replicas: 1,
  resources: { cpuMillis: 250, memory: Size.mebibytes(512) },
} satisfies Partial<GrafanaProps>;

/** The image's own user. */
const UID = 472;
const DRAIN_SECONDS = 60;
const SHARED_CLAIM = 'shared';

export class Grafana extends Component {
  /** For people's browsers, through the ingress controller. */
  public readonly web: Endpoint<'web', 'http'>;
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  public constructor(scope: Platform, id: string, props: GrafanaProps) {
    super(scope, id, props, {
      layer: 'view',
      summary: 'Dashboards and alerts (Grafana), with its state in PostgreSQL',
    });
    this.checkPlugins(props);
    for (const mistake of props.signIn === undefined ? [] : signInMistakes(props.signIn))
      this.problem(mistake);
    const replicas = props.replicas ?? DEFAULTS.replicas;
    const { container, keys } = this.container(id, props, replicas);
    const workload = new Workload(this, id, {
      kind: 'Deployment',
      replicas,
      uid: UID,
      drainSeconds: DRAIN_SECONDS,
      publishNotReadyAddresses: true,
      ...(props.sharedFiles === undefined
        ? {}
        : { sharedClaims: [{ name: SHARED_CLAIM, ...props.sharedFiles }] }),
      container: {
        ...container,
        secretFiles: [...(container.secretFiles ?? []), { mountPath: GRAFANA_DIRS.secrets, ...keys }],
      },
    });
    const http = { name: 'http', port: GRAFANA_HTTP_PORT };
    this.web = workload.listen({ ...http, protocol: 'http', signals: ['web'], access: 'read' });
    this.metrics = workload.listenForScrapes({
      ...http,
    });
    if (replicas > 1) {
      // Replicas tell each other which alerts were sent, so that people get one notification, not two.
      for (const [name, protocol] of [
        ['gossip-tcp', 'gossip-tcp'],
        ['gossip-udp', 'gossip-udp'],
      ] as const) {
        const peers = workload.listen({
          name,
          port: GRAFANA_GOSSIP_PORT,
          protocol,
          signals: ['coordination'],
          access: 'peer',
          via: 'headless',
        });
        workload.connect(peers, { signals: ['coordination'], purpose: 'alerting peers' });
      }
    }
    this.connectAll(workload, props);
  }

  private container(
    id: string,
    props: GrafanaProps,
    replicas: number,
  ): { container: ContainerSpec; keys: { secretName: string; keys: string[] } } {
    const refs = new Map<string, { secretName: string; key: string }>();
    const file = (ref: SecretRef): string => {
      const key = this.secret(ref);
      refs.set(key.key, key);
      return `$__file{${GRAFANA_DIRS.secrets}/${key.key}}`;
    };
    const headless = `${id}-headless.${props.namespace}.svc.${this.platform.clusterDomain}`;
    const ini = ConfigFile.lines('grafana.ini', renderIni(grafanaIni(props, replicas, headless, file)));
    const dataSources = ConfigFile.yaml(
      this.platform,
      'datasources.yaml',
      renderDataSources(props.dataSources, (credential) => file(credential.secret)),
    );
    const mount = (
      name: string,
      mountPath: string,
      files: readonly ConfigFile[],
    ): { mountPath: string; config: ReturnType<Grafana['configMap']> } => ({
      mountPath,
      config: this.configMap(`${id}-${name}`, files),
    });
    const container: ContainerSpec = {
      image: CATALOG.grafana,
      env: { GF_PATHS_CONFIG: `${GRAFANA_DIRS.config}/grafana.ini`, POD_IP: { field: 'status.podIP' } },
      resources: props.resources ?? DEFAULTS.resources,
      probes: { readiness: { http: '/api/health', port: GRAFANA_HTTP_PORT }, startupSeconds: 300 },
      configs: [
        mount('config', GRAFANA_DIRS.config, [ini]),
        mount('data-sources', `${GRAFANA_DIRS.provisioning}/datasources`, [dataSources]),
        mount('dashboard-provider', `${GRAFANA_DIRS.provisioning}/dashboards`, [
          ConfigFile.yaml(this.platform, 'dashboards.yaml', dashboardProvider()),
        ]),
        ...this.dashboards(id, props),
      ],
      secretFiles: trusted(props),
      ...(props.sharedFiles === undefined
        ? {}
        : { volumes: [{ claim: SHARED_CLAIM, mountPath: GRAFANA_DIRS.shared }] }),
      scratch: [
        { mountPath: '/var/lib/grafana', size: Size.gibibytes(1) },
        { mountPath: '/tmp', size: Size.mebibytes(256) },
      ],
    };
    const [first] = refs.values();
    return { container, keys: { secretName: first?.secretName ?? '', keys: [...refs.keys()].sort() } };
  }

  /**
   * Two ConfigMaps: `kubectl apply` keeps a copy of an object in its annotations, of which Kubernetes takes 256 KiB, a
   * quarter of what a ConfigMap may be. Grafana reads the files anew each minute.
   */
  private dashboards(id: string, props: GrafanaProps): NonNullable<ContainerSpec['configs']> {
    const made = (): readonly ConfigFile[] =>
      platformDashboards(this.platform, { ...props.dashboards, sources: sourcesOf(props.dataSources) });
    const part = (name: string, isIn: (file: ConfigFile) => boolean) => ({
      mountPath: `${GRAFANA_DIRS.dashboards}/${name}`,
      config: this.lastConfigMap(`${id}-dashboards-${name}`, () => made().filter(isIn)),
    });
    const isStore = ({ name }: ConfigFile): boolean => name.startsWith('store-');
    return [part('questions', (file) => !isStore(file)), part('stores', isStore)];
  }

  private connectAll(workload: Workload, props: GrafanaProps): void {
    const { metrics, logs, traces, traceAnalytics, readings } = props.dataSources;
    workload.connect(props.database.endpoint, {
      signals: ['state'],
      purpose: 'dashboards, users, alerts',
      credential: { kind: 'password', secret: props.database.password },
    });
    const query = (
      endpoint: Endpoint<'queries'> | undefined,
      purpose: string,
      credential?: Credential,
    ): void => {
      if (endpoint === undefined) return;
      workload.connect(endpoint, {
        signals: ['queries'],
        purpose,
        ...(credential === undefined ? {} : { credential }),
      });
    };
    query(metrics.endpoint, 'queries of metrics', metrics.credential);
    query(logs, 'queries of logs');
    query(traces, 'queries of traces');
    query(traceAnalytics?.endpoint, 'analytics over traces', traceAnalytics?.credential);
    query(readings?.endpoint, 'queries of GPU readings', readings?.credential);
    if (props.signIn !== undefined) {
      workload.connect(props.signIn.provider, { signals: ['web'], purpose: 'who somebody is, at sign-in' });
    }
    if (props.internet !== undefined) {
      workload.connect(props.internet, { signals: ['web'], purpose: 'the ClickHouse plug-in, at start' });
    }
  }

  private checkPlugins({ dataSources, internet }: GrafanaProps): void {
    if (dataSources.traceAnalytics === undefined || internet !== undefined) return;
    this.problem({
      property: 'internet',
      value: 'none',
      rule: 'the data source for ClickHouse is a plug-in that is fetched at start',
      remedy: "give the way to Grafana's plug-in catalogue, or leave traceAnalytics out",
    });
  }
}

/** The certificates of those whom it connects to, where they are not known to everybody. */
function trusted({ database, dataSources }: GrafanaProps): NonNullable<ContainerSpec['secretFiles']> {
  const of = (
    mountPath: string,
    secretName: string | undefined,
  ): NonNullable<ContainerSpec['secretFiles']> =>
    secretName === undefined ? [] : [{ mountPath, secretName, keys: ['ca.crt'] }];
  return [
    ...of(GRAFANA_DIRS.databaseCa, database.caSecretName),
    ...of(GRAFANA_DIRS.metricsCa, dataSources.metrics.ca?.secretName),
  ];
}

function dashboardProvider(): object {
  return {
    apiVersion: 1,
    providers: [
      {
        name: 'layers',
        folder: 'Platform',
        type: 'file',
        // What is provisioned is changed in code, where it is reviewed.
        disableDeletion: true,
        allowUiUpdates: false,
        updateIntervalSeconds: 60,
        options: { path: GRAFANA_DIRS.dashboards, foldersFromFilesStructure: false },
      },
    ],
  };
}
