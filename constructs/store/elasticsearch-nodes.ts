/**
 * The nodes of an Elasticsearch: one StatefulSet with its configuration, users, keys and what nodes say to each other.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import type { CertificateSecret } from '../core/certificate';
import type { Component } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { ContainerSpec, EnvSource, Resources } from '../core/container-spec';
import { connectBucket } from '../core/object-store';
import { Workload } from '../core/workload';
import type { ElasticsearchProps } from './elasticsearch';
import {
  ELASTICSEARCH_DIRS as DIRS,
  ELASTICSEARCH_PORTS,
  ELASTICSEARCH_UID,
  renderElasticsearch,
} from './elasticsearch-config';
import {
  DRAIN_SCRIPT,
  GREEN_WAIT_SECONDS,
  NEW_CONFIG_DIR,
  PREPARE_SCRIPT,
  apiUrl,
} from './elasticsearch-scripts';
import { heapMebibytes } from './elasticsearch-sizing';
import { LOGS_TARGET } from './elasticsearch-templates';
import { everyUser, renderRoles, type ElasticsearchPasswords } from './elasticsearch-users';

export interface ElasticsearchNodesProps extends Pick<
  ElasticsearchProps,
  'nodes' | 'bootstrap' | 'volume' | 'people' | 'snapshots'
> {
  readonly clusterName: string;
  readonly memoryMapped: boolean;
  readonly curates: boolean;
  readonly passwords: ElasticsearchPasswords;
  readonly resources: Resources;
  readonly certificate: CertificateSecret;
  readonly trust: CertificateSecret;
}

/** Opening the indices of a full volume after a crash. */
const STARTUP_SECONDS = 900;
/** After the wait for green: handing over what it leads, writing what is only in memory. */
const SHUTDOWN_SECONDS = 120;
const TRUST_DIR = '/etc/hyperion/tls';
const SNAPSHOTS = 'snapshots';

export function addElasticsearchNodes(
  component: Component,
  id: string,
  props: ElasticsearchNodesProps,
): Workload {
  const { nodes, snapshots, resources, volume } = props;
  const several = nodes > 1;
  const common = commonSpec(component, id, props);
  const workload = new Workload(component, id, {
    kind: 'StatefulSet',
    replicas: nodes,
    uid: ELASTICSEARCH_UID,
    drainSeconds: several ? GREEN_WAIT_SECONDS + SHUTDOWN_SECONDS : SHUTDOWN_SECONDS,
    // A master is elected before any node is ready.
    publishNotReadyAddresses: true,
    claims: [{ name: 'data', ...volume }],
    ...(isShared(snapshots)
      ? {
          sharedClaims: [{ name: SNAPSHOTS, size: snapshots.size, storageClass: snapshots.storageClass }],
        }
      : {}),
    initContainers: [prepareContainer(component, common, props)],
    container: {
      ...common,
      env: {
        ...common.env,
        ...javaOptions(resources),
        ...(several ? drainEnvironment(component, id, props) : {}),
      },
      resources,
      probes: {
        readiness: { tcp: ELASTICSEARCH_PORTS.readiness },
        // Not the readiness: a restart finds no master that is away, and takes one more node from those that look for it.
        liveness: { tcp: ELASTICSEARCH_PORTS.http },
        startupSeconds: STARTUP_SECONDS,
      },
      secretFiles: [
        { mountPath: DIRS.tls, secretName: props.certificate.secretName },
        { mountPath: TRUST_DIR, secretName: props.trust.secretName, keys: ['ca.crt'] },
      ],
      volumes: [
        { claim: 'data', mountPath: DIRS.data },
        ...(isShared(snapshots) ? [{ claim: SNAPSHOTS, mountPath: DIRS.snapshots }] : []),
      ],
      scratch: [
        { name: 'config', mountPath: DIRS.config, size: Size.mebibytes(16) },
        { mountPath: DIRS.logs, size: Size.mebibytes(64) },
        { mountPath: '/tmp', size: Size.mebibytes(256) },
      ],
      ...(several ? { preStop: ['/bin/bash', `${DIRS.source}/drain.sh`] } : {}),
    },
  });
  // Says nothing and is asked nothing: that it opens is the answer.
  workload.listen({
    name: 'readiness',
    port: ELASTICSEARCH_PORTS.readiness,
    protocol: 'elasticsearch-peer',
    signals: ['coordination'],
    access: 'control',
  });
  if (several) connectPeers(workload);
  if (isBucket(snapshots)) connectBucket(workload, snapshots, 'snapshots');
  return workload;
}

function commonSpec(
  component: Component,
  id: string,
  props: ElasticsearchNodesProps,
): Pick<ContainerSpec, 'image' | 'configs'> & { readonly env: Readonly<Record<string, EnvSource>> } {
  const users = everyUser(props.passwords, props.people, props.curates);
  const hosts = component.podHosts(id, props.nodes);
  const elasticsearch = renderElasticsearch({
    ...props,
    hosts,
    pods: hosts.map((_, index) => `${id}-${index}`),
    snapshots: isShared(props.snapshots) ? 'shared-volume' : props.snapshots,
  });
  const config = component.configMap(`${id}-config`, [
    ConfigFile.yaml(component.platform, 'elasticsearch.yml', elasticsearch),
    ConfigFile.yaml(component.platform, 'roles.yml', renderRoles(LOGS_TARGET, props.curates)),
    ConfigFile.lines(
      'users.txt',
      users.map(({ name, role, password }) => `${name} ${role} ${component.secret(password).key}`),
    ),
    ConfigFile.lines('prepare.sh', PREPARE_SCRIPT),
    ConfigFile.lines('drain.sh', DRAIN_SCRIPT),
  ]);
  return {
    image: CATALOG.elasticsearch,
    env: { POD_NAME: { field: 'metadata.name' }, POD_IP: { field: 'status.podIP' } },
    configs: [{ mountPath: DIRS.source, config }],
  };
}

/** Only here is every password to be seen; the node itself has their hashes. */
function prepareContainer(
  component: Component,
  common: ReturnType<typeof commonSpec>,
  { passwords, people, curates, snapshots }: ElasticsearchNodesProps,
): ContainerSpec & { readonly name: string } {
  const keys = everyUser(passwords, people, curates).map(({ password }) => component.secret(password));
  return {
    ...common,
    name: 'prepare',
    command: ['/bin/bash', `${DIRS.source}/prepare.sh`],
    env: {
      ...common.env,
      // A program of some seconds for each user.
      CLI_JAVA_OPTS: '-Xmx128m',
      ...(isBucket(snapshots)
        ? {
            S3_ACCESS_KEY: { secret: snapshots.access.accessKeyId },
            S3_SECRET_KEY: { secret: snapshots.access.secretAccessKey },
          }
        : {}),
    },
    resources: { cpuMillis: 500, memory: Size.mebibytes(512) },
    secretFiles: [
      {
        mountPath: DIRS.passwords,
        secretName: keys[0]?.secretName ?? '',
        keys: [...new Set(keys.map(({ key }) => key))].sort(),
      },
    ],
    scratch: [
      { name: 'config', mountPath: NEW_CONFIG_DIR, size: Size.mebibytes(16) },
      { name: 'prepare-tmp', mountPath: '/tmp', size: Size.mebibytes(64) },
    ],
  };
}

function javaOptions(resources: Resources): Readonly<Record<string, string>> {
  const heap = heapMebibytes(resources);
  return {
    ES_JAVA_OPTS: [
      `-Xms${heap}m -Xmx${heap}m`,
      // The image would write a file of the heap's size onto the data volume.
      '-XX:-HeapDumpOnOutOfMemoryError',
      // Nor the garbage collector's log, 2 GiB of files ("Set JVM options").
      '-Xlog:disable -Xlog:all=warning:stderr:utctime,level,tags',
    ].join(' '),
  };
}

/** As the exporter's user, who may look at the state and no more. */
function drainEnvironment(
  component: Component,
  id: string,
  { passwords }: ElasticsearchNodesProps,
): Readonly<Record<string, EnvSource>> {
  return {
    API_URL: apiUrl(component.serviceHost(id)),
    API_CA: `${TRUST_DIR}/ca.crt`,
    API_LOGIN: 'monitor',
    API_PASSWORD: { secret: component.secret(passwords.monitor) },
  };
}

function connectPeers(workload: Workload): void {
  const peers = workload.listen({
    name: 'transport',
    port: ELASTICSEARCH_PORTS.transport,
    protocol: 'elasticsearch-peer',
    signals: ['coordination'],
    access: 'peer',
    via: 'headless',
    tls: true,
  });
  workload.connect(peers, {
    signals: ['coordination'],
    purpose: 'elections, copies of shards, searches (mutual TLS)',
  });
}

type Snapshots = ElasticsearchProps['snapshots'];

function isShared(snapshots: Snapshots): snapshots is Extract<Snapshots, { kind: 'shared-volume' }> {
  return snapshots !== 'none' && snapshots.kind === 'shared-volume';
}

function isBucket(snapshots: Snapshots): snapshots is Extract<Snapshots, { kind: 's3' }> {
  return snapshots !== 'none' && snapshots.kind === 's3';
}
