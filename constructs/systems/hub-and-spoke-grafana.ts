/**
 * The active hub's Grafana: its state in a database, people from the identity provider, and every store that there is.
 */
import { Size } from 'cdk8s';
import type { CertificateIssuer } from '../core/certificate';
import type { Endpoint } from '../core/endpoint';
import { External } from '../core/party';
import type { Platform } from '../core/platform';
import { grafanaRoles, type AccessMatrix } from '../store/access-matrix';
import type { Loki } from '../store/loki';
import type { Tempo } from '../store/tempo';
import type { Vmauth } from '../store/vmauth';
import { Grafana } from '../view/grafana';
import { grafanaDatabase } from './grafana-database';
import { MONITORING } from './hub-and-spoke-collection';
import { hubHosts } from './hub-and-spoke-hosts';
import type { HubProps } from './hub-and-spoke-props';
import { HUB_SECRETS as SECRETS } from './hub-and-spoke-secrets';

/** The design's figure for 10 – 20 people at once. */
const RESOURCES = { cpuMillis: 500, memory: Size.gibibytes(1) } as const;

export function hubGrafana(
  platform: Platform,
  { grafana, hubs, role, storageClass }: HubProps,
  parts: {
    readonly access: AccessMatrix;
    readonly issuer: CertificateIssuer;
    readonly vmauth: Vmauth;
    readonly logs: Loki | undefined;
    readonly traces: Tempo | undefined;
  },
): Grafana {
  const { vmauth, logs, traces } = parts;
  return new Grafana(platform, 'grafana', {
    ...MONITORING,
    host: hubHosts(hubs, role).grafana,
    database: grafanaDatabase(platform, {
      ...MONITORING,
      choice: grafana.database,
      storageClass,
      password: SECRETS.grafanaDatabase,
      issuer: parts.issuer,
    }),
    dataSources: {
      metrics: {
        endpoint: vmauth.query,
        credential: { kind: 'bearer', secret: SECRETS.metricsReader },
        ...(vmauth.trust === undefined ? {} : { ca: vmauth.trust }),
      },
      ...(logs === undefined ? {} : { logs: logs.query }),
      ...(traces === undefined ? {} : { traces: traces.query }),
    },
    dashboards: { manyClusters: true },
    secretKey: SECRETS.grafanaSecretKey,
    adminPassword: SECRETS.grafanaAdmin,
    signIn: {
      ...grafana.signIn,
      provider: identityProvider(platform, grafana.signIn),
      clientSecret: SECRETS.grafanaSignIn,
      roles: grafanaRoles(parts.access),
    },
    sharedFiles: grafana.sharedFiles,
    replicas: grafana.replicas,
    resources: RESOURCES,
  });
}

function identityProvider(
  platform: Platform,
  { host, cidrs }: HubProps['grafana']['signIn'],
): Endpoint<'web', 'https'> {
  return new External(platform, 'identity-provider', {
    description: 'The identity provider, which knows people and their groups',
    cidrs,
    host,
  }).listen({ name: 'https', port: 443, protocol: 'https', signals: ['web'], access: 'control', tls: true });
}
