/**
 * elasticsearch_exporter: asks Elasticsearch for its state and gives it as metrics; Elasticsearch itself has none in
 * Prometheus' form. One for all nodes: any of them answers for the cluster.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import type { CertificateSecret } from '../core/certificate';
import type { Component } from '../core/component';
import type { Endpoint } from '../core/endpoint';
import type { SecretRef } from '../core/secrets';
import { Workload } from '../core/workload';

export interface ElasticsearchExporterProps {
  readonly endpoint: Endpoint<'state', 'elasticsearch'>;
  readonly user: string;
  readonly password: SecretRef;
  readonly trust: CertificateSecret;
}

const PORT = 9114;
/** `nobody`, the image's own user. */
const UID = 65534;
/** Nothing to finish: a scrape that is cut off is repeated. */
const DRAIN_SECONDS = 15;
const TLS_DIR = '/etc/hyperion/tls';

export function addElasticsearchExporter(
  component: Component,
  id: string,
  props: ElasticsearchExporterProps,
): Endpoint<'metrics', 'prometheus-scrape'> {
  const { endpoint, user, password, trust } = props;
  const workload = new Workload(component, id, {
    kind: 'Deployment',
    // Two would report everything twice.
    replicas: 1,
    uid: UID,
    drainSeconds: DRAIN_SECONDS,
    container: {
      image: CATALOG['elasticsearch-exporter'],
      args: [
        `--es.uri=${endpoint.url}`,
        `--es.ca=${TLS_DIR}/ca.crt`,
        '--es.all',
        '--collector.slm',
        `--web.listen-address=:${PORT}`,
      ],
      env: { ES_USERNAME: user, ES_PASSWORD: { secret: component.secret(password) } },
      secretFiles: [{ mountPath: TLS_DIR, secretName: trust.secretName, keys: ['ca.crt'] }],
      resources: { cpuMillis: 50, memory: Size.mebibytes(128) },
      probes: { readiness: { http: '/healthz', port: PORT } },
    },
  });
  workload.connect(endpoint, {
    signals: ['state'],
    purpose: 'state of nodes, disks and indices',
    credential: { kind: 'basic', secret: password },
  });
  return workload.listenForScrapes({
    name: 'metrics',
    port: PORT,
  });
}
