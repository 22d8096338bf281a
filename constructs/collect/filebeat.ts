/**
 * Filebeat, the log agent of the classic system: on each node it reads the log files of the machine and those of the
 * containers, and writes them to Elasticsearch. What the store cannot take waits on the node's disk; when that is full,
 * Filebeat stops reading, and lines wait in their files until those are rotated away.
 *
 * It shows no metrics in Prometheus' form, and there is no maintained exporter: what it does shows in the store. Its own
 * state stays on the loopback for the probes.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { addTrust, type CertificateIssuer, type CertificateSecret } from '../core/certificate';
import { Component, type ComponentProps } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { ContainerSpec, Resources } from '../core/container-spec';
import { CURL_FUNCTION } from '../core/curl-script';
import { Delivery, type Load } from '../core/delivery';
import type { Endpoint } from '../core/endpoint';
import type { Platform } from '../core/platform';
import { bytesOf, humanBytes } from '../core/quantity';
import type { SecretRef } from '../core/secrets';
import type { IdentityProps } from '../core/service-identity';
import { Workload } from '../core/workload';
import { FILEBEAT_DIRS, FILEBEAT_STATE, renderFilebeat, type FilebeatSource } from './filebeat-config';

export interface FilebeatProps extends ComponentProps {
  /** `writer` of an Elasticsearch. */
  readonly elasticsearch: {
    readonly to: Endpoint<'logs', 'elasticsearch'>;
    readonly user: string;
    readonly password: SecretRef;
    /** Data stream or alias that it writes to. */
    readonly dataStream: string;
  };
  /** Issues from the CA of the store's certificate: its `ca.crt` is what Filebeat trusts. */
  readonly issuer: CertificateIssuer;
  /** Nodes of the cluster, each with a queue of its own: an operator's decision, by which the covered outage is computed. */
  readonly nodes: number;
  /** Room of the queue on each node's disk: an operator's decision. */
  readonly queue: Size;
  /** Of all nodes together. */
  readonly load: Load;
  /** Asked for labels of pods. @default none: namespace, pod and container are read off the file's path */
  readonly kubernetesApi?: Endpoint<'coordination', 'kubernetes-api'>;
  /** Documented sources that are not read. @default none */
  readonly leaveOut?: readonly FilebeatSource[];
  /** @default FILEBEAT_DEFAULTS.resources */
  readonly resources?: Resources;
}

const FILEBEAT_DEFAULTS = {
  // Elastic's own manifest for Kubernetes requests 100m and 100 MiB and limits memory to 200 MiB; a disk queue reads ahead.
  resources: { cpuMillis: 100, memory: Size.mebibytes(256), cpuLimitMillis: 500 },
} as const satisfies Partial<FilebeatProps>;

/** Filebeat writes segments of a tenth of the queue, and of at least some MiB. */
const LEAST_QUEUE_BYTES = 100 * 1024 ** 2;
/** It closes its files and writes its registry; what it has read waits in the queue. */
const DRAIN_SECONDS = 30;
const WAIT_SECONDS = 5;
/** Stands in the data directory once the store was seen to be ready for lines. */
const SEEN_FILE = `${FILEBEAT_DIRS.data}/store-seen`;

/**
 * Until the store's task has made the data stream, each line would be refused for good, and Filebeat drops what is
 * refused for good. So the very first start on a node waits for it. Later ones do not: lines queue while the store is away.
 */
const WAIT_SCRIPT: readonly string[] = [
  '#!/bin/bash',
  'set -euo pipefail',
  ...CURL_FUNCTION,
  `[[ -f ${SEEN_FILE} ]] && exit 0`,
  'until [[ "$(status_of "$API_PATH")" == 200 ]]; do',
  `  sleep ${WAIT_SECONDS}`,
  'done',
  `: >${SEEN_FILE}`,
];

export class Filebeat extends Component {
  public constructor(scope: Platform, id: string, props: FilebeatProps) {
    super(scope, id, props, {
      layer: 'collect',
      summary: "Reads log files of nodes and containers (Filebeat), with a queue on each node's disk",
    });
    const { elasticsearch, kubernetesApi, load, nodes, queue } = props;
    this.checkQueue(queue);
    const trust = addTrust(this, id, props.issuer);
    const common = this.commonSpec(id, props, trust);
    const password = this.secret(elasticsearch.password);
    const workload = new Workload(this, id, {
      kind: 'DaemonSet',
      uid: 0,
      drainSeconds: DRAIN_SECONDS,
      host: {
        reason:
          'reads /var/log, where audit.log and the logs of containers are for root only; keeps how far it has read, and what waits, on the node',
        root: { capabilities: ['DAC_READ_SEARCH'] },
      },
      identity: kubernetesApi === undefined ? {} : ASKS_KUBERNETES,
      initContainers: [
        {
          ...common,
          name: 'wait-for-store',
          command: ['/bin/bash', `${FILEBEAT_DIRS.config}/wait.sh`],
          env: {
            API_URL: elasticsearch.to.url,
            API_PATH: `/${elasticsearch.dataStream}`,
            API_CA: `${FILEBEAT_DIRS.tls}/ca.crt`,
            API_LOGIN: elasticsearch.user,
            API_PASSWORD: { secret: password },
          },
          resources: { cpuMillis: 20, memory: Size.mebibytes(32) },
        },
      ],
      container: {
        ...common,
        args: ['-e', '-c', `${FILEBEAT_DIRS.config}/filebeat.yml`],
        env: { NODE_NAME: { field: 'spec.nodeName' }, ELASTICSEARCH_PASSWORD: { secret: password } },
        resources: props.resources ?? FILEBEAT_DEFAULTS.resources,
        // Whether it runs, not whether the store answers (`filebeat test output`): a restart would mend nothing there.
        probes: {
          readiness: {
            exec: ['curl', '--silent', '--fail', `http://${FILEBEAT_STATE.host}:${FILEBEAT_STATE.port}/`],
          },
        },
        scratch: [{ mountPath: '/tmp', size: Size.mebibytes(16) }],
      },
    });
    workload.connect(elasticsearch.to, {
      signals: ['logs'],
      purpose: 'lines of log files',
      credential: { kind: 'basic', secret: elasticsearch.password },
      delivery: Delivery.diskQueue(queue, nodes),
      load,
    });
    if (kubernetesApi !== undefined) {
      workload.connect(kubernetesApi, {
        signals: ['coordination'],
        purpose: 'labels of the pods on its node',
        credential: { kind: 'token' },
      });
    }
  }

  /** What both containers of the pod have. */
  private commonSpec(
    id: string,
    props: FilebeatProps,
    trust: CertificateSecret,
  ): Pick<ContainerSpec, 'image' | 'configs' | 'secretFiles' | 'hostPaths'> {
    const { elasticsearch, queue } = props;
    const config = this.configMap(`${id}-config`, [
      ConfigFile.yaml(
        this.platform,
        'filebeat.yml',
        renderFilebeat({
          url: elasticsearch.to.url,
          user: elasticsearch.user,
          dataStream: elasticsearch.dataStream,
          queue,
          leaveOut: props.leaveOut ?? [],
          asksKubernetes: props.kubernetesApi !== undefined,
          ownPods: `${this.namespace}_${id}`,
        }),
      ),
      ConfigFile.lines('wait.sh', WAIT_SCRIPT),
    ]);
    return {
      image: CATALOG.filebeat,
      configs: [{ mountPath: FILEBEAT_DIRS.config, config }],
      secretFiles: [{ mountPath: FILEBEAT_DIRS.tls, secretName: trust.secretName, keys: ['ca.crt'] }],
      hostPaths: [
        { path: '/var/log', mountPath: '/var/log' },
        // On the node: a pod that is replaced goes on where the former one stopped, and sends what that left in the queue.
        {
          path: `/var/lib/hyperion/${this.namespace}-${id}`,
          mountPath: FILEBEAT_DIRS.data,
          readOnly: false,
        },
      ],
    };
  }

  private checkQueue(queue: Size): void {
    if (bytesOf(queue) >= LEAST_QUEUE_BYTES) return;
    this.problem({
      property: 'queue',
      value: humanBytes(bytesOf(queue)),
      rule: `a queue on disk is a row of segments of a tenth each, and needs ${humanBytes(LEAST_QUEUE_BYTES)} at least`,
      remedy: 'give 1 GiB or more',
    });
  }
}

const ASKS_KUBERNETES: IdentityProps = {
  clusterPermissions: [
    { apiGroup: '', resources: ['pods', 'namespaces', 'nodes'], verbs: ['get', 'list', 'watch'] },
    { apiGroup: 'apps', resources: ['replicasets'], verbs: ['get', 'list', 'watch'] },
    { apiGroup: 'batch', resources: ['jobs'], verbs: ['get', 'list', 'watch'] },
  ],
};
