/**
 * Where Grafana keeps its state, in every system: a small PostgreSQL in the cluster, or a managed one.
 */
import type { Size } from 'cdk8s';
import type { CertificateIssuer } from '../core/certificate';
import { cloudRef } from '../core/cloud-ref';
import { AuthScheme } from '../core/credential';
import { External } from '../core/party';
import type { Platform } from '../core/platform';
import { SecretRef } from '../core/secrets';
import type { GrafanaDatabase } from '../view/grafana';
import { TrustedAuthority } from '../secure/trusted-authority';
import { Postgresql } from '../view/postgresql';

export type GrafanaDatabaseChoice =
  | { readonly kind: 'in-cluster'; readonly volume: Size }
  | {
      readonly kind: 'managed';
      /** Azure Database for PostgreSQL, or Amazon Aurora. */
      readonly service: keyof typeof MANAGED;
      /** Subnets in which it lies, CIDR blocks. */
      readonly cidrs: readonly string[];
    };

/** Grafana's own database in its server, and the user that owns it. */
export const GRAFANA_LOGIN = { name: 'grafana', user: 'grafana' } as const;

const MANAGED = {
  azure: { description: 'Azure Database for PostgreSQL, flexible server' },
  aurora: {
    description: 'Amazon Aurora PostgreSQL, the endpoint that follows the writer',
    // Amazon signs its databases with authorities of their own, which no image knows. A region's bundle has some 8 KB;
    // Secrets Manager takes 64.
    authority: SecretRef.named('aurora-certificate-authorities'),
  },
} as const;

export interface GrafanaDatabaseProps {
  readonly choice: GrafanaDatabaseChoice;
  readonly namespace: string;
  readonly storageClass: string;
  readonly password: SecretRef;
  /** Signs the certificate of the one in the cluster. */
  readonly issuer: CertificateIssuer;
}

export function grafanaDatabase(platform: Platform, props: GrafanaDatabaseProps): GrafanaDatabase {
  const { choice, password } = props;
  const login = { ...GRAFANA_LOGIN, password };
  if (choice.kind === 'in-cluster') {
    const server = new Postgresql(platform, 'postgresql', {
      namespace: props.namespace,
      volume: { size: choice.volume, storageClass: props.storageClass },
      database: login.name,
      user: login.user,
      password,
      issuer: props.issuer,
    });
    return { ...login, endpoint: server.sql, caSecretName: server.caSecretName };
  }
  const service = MANAGED[choice.service];
  const server = new External(platform, 'postgresql', {
    description: service.description,
    cidrs: choice.cidrs,
    host: cloudRef(platform, 'grafana-database-host', "host name of Grafana's PostgreSQL server"),
  });
  const endpoint = server.listen({
    name: 'postgresql',
    port: 5432,
    protocol: 'postgresql',
    signals: ['state'],
    access: 'write',
    tls: true,
    auth: AuthScheme.secret('password', [password]),
  });
  if (!('authority' in service)) return { ...login, endpoint };
  const { trust } = new TrustedAuthority(platform, 'grafana-database-ca', {
    namespace: props.namespace,
    certificate: service.authority,
    of: service.description,
  });
  return { ...login, endpoint, caSecretName: trust.secretName };
}
