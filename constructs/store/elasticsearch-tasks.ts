/**
 * The tasks beside an Elasticsearch: one that brings templates, life cycle and snapshots to the declared state, made anew
 * with each change, and by choice Curator.
 */
import { Duration, Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import type { CertificateSecret } from '../core/certificate';
import type { Component } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { Endpoint } from '../core/endpoint';
import { Task } from '../core/task';
import { ELASTICSEARCH_UID } from './elasticsearch-config';
import { SETUP_SCRIPT } from './elasticsearch-scripts';
import { curatorActions, requestLine, type IndexPlan, type SetupRequest } from './elasticsearch-templates';
import type { ElasticsearchPasswords } from './elasticsearch-users';

export interface ElasticsearchAdministration {
  readonly endpoint: Endpoint<'coordination', 'elasticsearch'>;
  readonly passwords: ElasticsearchPasswords;
  readonly trust: CertificateSecret;
}

const TLS_DIR = '/etc/hyperion/tls';
const SETUP_DIR = '/etc/hyperion/elasticsearch-setup';
const CURATOR_DIR = '/etc/hyperion/curator';
/** The script waits ten minutes for a cluster; the requests take seconds. */
const SETUP_DEADLINE = Duration.minutes(30);
/** `nobody`, the image's own user. */
const CURATOR_UID = 65534;
/** How often is `LAG_SECONDS` in `elasticsearch-sizing.ts`. */
const CURATOR_SCHEDULE = '*/15 * * * *';
const CURATOR_DEADLINE = Duration.minutes(10);

export function addSetupTask(
  component: Component,
  requests: readonly SetupRequest[],
  { endpoint, passwords, trust }: ElasticsearchAdministration,
): void {
  const id = `${component.node.id}-setup`;
  const bodies = requests.flatMap(({ body }) =>
    body === undefined ? [] : [ConfigFile.json(body.file, body.json)],
  );
  const config = component.configMap(id, [
    ConfigFile.lines('setup.sh', SETUP_SCRIPT),
    ConfigFile.lines('requests.txt', requests.map(requestLine)),
    ...bodies,
  ]);
  const task = new Task(component, id, {
    uid: ELASTICSEARCH_UID,
    deadline: SETUP_DEADLINE,
    container: {
      image: CATALOG.elasticsearch,
      command: ['/bin/bash', `${SETUP_DIR}/setup.sh`],
      env: {
        API_URL: endpoint.url,
        API_CA: `${TLS_DIR}/ca.crt`,
        API_LOGIN: 'setup',
        API_PASSWORD: { secret: component.secret(passwords.setup) },
      },
      resources: { cpuMillis: 50, memory: Size.mebibytes(64) },
      configs: [{ mountPath: SETUP_DIR, config }],
      secretFiles: [{ mountPath: TLS_DIR, secretName: trust.secretName, keys: ['ca.crt'] }],
    },
  });
  task.connect(endpoint, {
    signals: ['coordination'],
    purpose: 'templates, life cycle, snapshots',
    credential: { kind: 'basic', secret: passwords.setup },
  });
}

export function addCurator(
  component: Component,
  plan: IndexPlan,
  limitBytes: number,
  { endpoint, passwords, trust }: ElasticsearchAdministration,
): void {
  const id = `${component.node.id}-curator`;
  const config = component.configMap(id, [
    ConfigFile.yaml(component.platform, 'curator.yml', curatorClient(endpoint.url)),
    ConfigFile.yaml(component.platform, 'actions.yml', curatorActions(plan, limitBytes)),
  ]);
  const task = new Task(component, id, {
    uid: CURATOR_UID,
    deadline: CURATOR_DEADLINE,
    schedule: CURATOR_SCHEDULE,
    container: {
      image: CATALOG.curator,
      args: [`--config=${CURATOR_DIR}/curator.yml`, `${CURATOR_DIR}/actions.yml`],
      // Read by Curator itself; `${…}` in its file holds for words without quotes only.
      env: { ESCLIENT_PASSWORD: { secret: component.secret(passwords.curator) } },
      resources: { cpuMillis: 50, memory: Size.mebibytes(128) },
      configs: [{ mountPath: CURATOR_DIR, config }],
      secretFiles: [{ mountPath: TLS_DIR, secretName: trust.secretName, keys: ['ca.crt'] }],
      scratch: [{ mountPath: '/tmp', size: Size.mebibytes(16) }],
    },
  });
  task.connect(endpoint, {
    signals: ['coordination'],
    purpose: 'new indices, and the oldest away',
    credential: { kind: 'basic', secret: passwords.curator },
  });
}

/** Source: Curator 9, "Configuration file". */
function curatorClient(url: string): object {
  return {
    elasticsearch: {
      client: { hosts: url, ca_certs: `${TLS_DIR}/ca.crt`, request_timeout: 60 },
      other_settings: { username: 'curator' },
    },
    logging: { loglevel: 'INFO', logformat: 'json' },
  };
}
