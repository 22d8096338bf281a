/**
 * Elasticsearch, the store of logs in systems that search them by their words: takes lines from Filebeat into one data
 * stream, answers Kibana, keeps everything on the nodes' volumes for the declared time.
 *
 * Every node is master and data node. From three on each shard has two copies, so one node may be lost; an outage of
 * more is bridged by Filebeat's queues. What bounds the disk: with ILM the age, checked against the declared load (a
 * life cycle knows no total size, so more load than declared shows as an alert on the disk); with Curator age and size.
 */
import { Size, type Duration } from 'cdk8s';
import {
  addCertificate,
  addTrust,
  type CertificateIssuer,
  type CertificateSecret,
} from '../core/certificate';
import { Component, type ComponentProps } from '../core/component';
import type { Resources } from '../core/container-spec';
import { AuthScheme } from '../core/credential';
import type { Load } from '../core/delivery';
import type { Endpoint, Signal } from '../core/endpoint';
import type { S3Bucket } from '../core/object-store';
import type { Platform } from '../core/platform';
import { humanBytes } from '../core/quantity';
import { SecretRef } from '../core/secrets';
import type { Workload } from '../core/workload';
import { elasticsearchMistakes } from './elasticsearch-checks';
import { ELASTICSEARCH_DIRS, ELASTICSEARCH_PORTS } from './elasticsearch-config';
import { addElasticsearchExporter } from './elasticsearch-exporter';
import { addElasticsearchNodes } from './elasticsearch-nodes';
import {
  bytesKept,
  curatorLimitBytes,
  heapMebibytes,
  keptArithmetic,
  rolloverBytes,
  type ElasticsearchDemand,
} from './elasticsearch-sizing';
import { addCurator, addSetupTask } from './elasticsearch-tasks';
import { LOGS_TARGET, setupRequests, type IndexPlan, type SnapshotPlan } from './elasticsearch-templates';
import type { ElasticsearchPasswords, ElasticsearchPerson } from './elasticsearch-users';

export interface ElasticsearchRetention {
  /** `ilm`: Elasticsearch's own life cycles. `curator`: the older program, which also deletes by total size. */
  readonly kind: 'ilm' | 'curator';
  /** In whole days. */
  readonly maxAge: Duration;
  /** Of all indices with their copies, over all nodes. */
  readonly maxTotalSize: Size;
}

/** Nightly copies outside the nodes' volumes. */
export type ElasticsearchSnapshots =
  | 'none'
  | { readonly kind: 'shared-volume'; readonly size: Size; readonly storageClass: string }
  | (S3Bucket & { readonly access: { readonly kind: 'keys' } });

export interface ElasticsearchProps extends ComponentProps {
  /** 1, or 3 and more: an operator's decision. */
  readonly nodes: number;
  /**
   * Whether a cluster of several nodes is yet to be founded: an operator's decision, true in the very first deployment
   * and false in every one after it. A node that has been in a cluster ignores it, but if most nodes lost their volumes,
   * it would let them found a second cluster beside what the others still have ("Bootstrapping a cluster").
   */
  readonly bootstrap: boolean;
  /** Of each node: an operator's decision, checked against load and retention. */
  readonly volume: { readonly size: Size; readonly storageClass: string };
  readonly retention: ElasticsearchRetention;
  /** Signs the nodes' certificates, and those by which clients know them. */
  readonly issuer: CertificateIssuer;
  /** Who looks at logs: an operator's decision. */
  readonly people: readonly ElasticsearchPerson[];
  /** An operator's decision: the nodes' copies are no backup. */
  readonly snapshots: ElasticsearchSnapshots;
  /** Lines that arrive at the declared peak, of all nodes together. */
  readonly load: Load;
  /** Of the programs' users. @default ELASTICSEARCH_DEFAULTS.passwords */
  readonly passwords?: Partial<ElasticsearchPasswords>;
  /** Whether nodes of the cluster have `vm.max_map_count` at 1048576, which makes searches faster. @default false */
  readonly memoryMapped?: boolean;
  /** @default ELASTICSEARCH_DEFAULTS.resources */
  readonly resources?: Resources;
}

const ELASTICSEARCH_DEFAULTS = {
  // Model parameter: half of it is heap, enough for some hundred shards and a few thousand lines a second.
  resources: { cpuMillis: 1000, memory: Size.gibibytes(4) },
  passwords: {
    filebeat: SecretRef.named('elasticsearch-filebeat-password'),
    kibana: SecretRef.named('elasticsearch-kibana-password'),
    dashboards: SecretRef.named('elasticsearch-dashboards-password'),
    setup: SecretRef.named('elasticsearch-setup-password'),
    monitor: SecretRef.named('elasticsearch-monitor-password'),
    curator: SecretRef.named('elasticsearch-curator-password'),
  },
} as const;

/** What Filebeat has to know. */
export interface ElasticsearchWriter {
  readonly to: Endpoint<'logs', 'elasticsearch'>;
  readonly user: string;
  readonly password: SecretRef;
  /** Data stream or alias that it writes to. */
  readonly dataStream: string;
}

/** What Kibana has to know. */
export interface ElasticsearchReader {
  readonly endpoint: Endpoint<'queries', 'elasticsearch'>;
  readonly user: string;
  readonly password: SecretRef;
  /** Who brings data views and dashboards in. */
  readonly dashboards: { readonly user: string; readonly password: SecretRef };
  readonly dataStream: string;
}

export class Elasticsearch extends Component {
  public readonly write: Endpoint<'logs', 'elasticsearch'>;
  public readonly query: Endpoint<'queries', 'elasticsearch'>;
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;
  /** Only for its `ca.crt`, in the store's namespace; elsewhere a client asks the same issuer for one. */
  public readonly trust: CertificateSecret;
  public readonly writer: ElasticsearchWriter;
  public readonly reader: ElasticsearchReader;

  public constructor(scope: Platform, id: string, props: ElasticsearchProps) {
    super(scope, id, props, {
      layer: 'store',
      summary: `Store of logs that are searched by their words (Elasticsearch, ${props.nodes === 1 ? 'one node' : `${props.nodes} nodes`})`,
      store: true,
    });
    const passwords = { ...ELASTICSEARCH_DEFAULTS.passwords, ...props.passwords };
    const resources = props.resources ?? ELASTICSEARCH_DEFAULTS.resources;
    const { retention, nodes } = props;
    const curates = retention.kind === 'curator';
    const copies = nodes > 1 ? 2 : 1;
    const demand: ElasticsearchDemand = { load: props.load, maxAge: retention.maxAge, copies };
    this.check(scope, props, demand, resources);

    const headless = this.serviceHost(`${id}-headless`);
    const certificate = addCertificate(this, 'certificate', {
      name: `${id}-nodes`,
      dnsNames: [this.serviceHost(id), headless, `*.${headless}`],
      issuer: props.issuer,
      usages: ['server auth', 'client auth'],
    });
    this.trust = addTrust(this, id, props.issuer);
    const workload = addElasticsearchNodes(this, id, {
      ...props,
      clusterName: `${scope.environment}-${id}`,
      memoryMapped: props.memoryMapped ?? false,
      curates,
      passwords,
      resources,
      certificate,
      trust: this.trust,
    });

    const { filebeat, kibana, monitor, setup, curator } = passwords;
    this.write = https(workload, 'logs', 'write', [filebeat]);
    this.query = https(workload, 'queries', 'read', [kibana]);
    this.metrics = addElasticsearchExporter(this, `${id}-exporter`, {
      endpoint: https(workload, 'state', 'read', [monitor]),
      user: 'monitor',
      password: monitor,
      trust: this.trust,
    });
    const administration = {
      endpoint: https(workload, 'coordination', 'control', curates ? [setup, curator] : [setup]),
      passwords,
      trust: this.trust,
    };
    const plan: IndexPlan = {
      kind: retention.kind,
      maxAge: retention.maxAge,
      rolloverBytes: rolloverBytes(retention.maxTotalSize, copies),
      replicas: copies - 1,
    };
    addSetupTask(this, setupRequests(plan, snapshotPlan(props.snapshots)), administration);
    if (curates) addCurator(this, plan, curatorLimitBytes(retention.maxTotalSize, demand), administration);

    this.writer = { to: this.write, user: 'filebeat', password: filebeat, dataStream: LOGS_TARGET };
    this.reader = {
      endpoint: this.query,
      user: 'kibana',
      password: kibana,
      dashboards: { user: 'dashboards', password: passwords.dashboards },
      dataStream: LOGS_TARGET,
    };
  }

  private check(
    { tier }: Platform,
    { nodes, volume, retention, people }: ElasticsearchProps,
    demand: ElasticsearchDemand,
    resources: Resources,
  ): void {
    this.derived('bytes of logs kept on all nodes', humanBytes(bytesKept(demand)), keptArithmetic(demand));
    const heap = this.derived('heap in MiB', heapMebibytes(resources), 'half of the memory, at most 30 GiB');
    const mistakes = elasticsearchMistakes({
      tier,
      nodes,
      volume: volume.size,
      retention,
      demand,
      people,
      heapMebibytes: heap,
    });
    for (const mistake of mistakes) this.problem(mistake);
  }
}

/** The one port for all clients; each of them logs in with a password of its own. */
function https<S extends Signal>(
  workload: Workload,
  signal: S,
  access: 'write' | 'read' | 'control',
  accepted: readonly SecretRef[],
): Endpoint<S, 'elasticsearch'> {
  return workload.listen<S, 'elasticsearch'>({
    name: 'https',
    port: ELASTICSEARCH_PORTS.http,
    protocol: 'elasticsearch',
    signals: [signal],
    access,
    tls: true,
    auth: AuthScheme.secret('basic', accepted),
  });
}

function snapshotPlan(snapshots: ElasticsearchSnapshots): SnapshotPlan | undefined {
  if (snapshots === 'none') return undefined;
  return snapshots.kind === 'shared-volume'
    ? { type: 'fs', location: ELASTICSEARCH_DIRS.snapshots }
    : { type: 's3', bucket: snapshots.bucket };
}
