/**
 * Where Grafana keeps its state, in every system: a small PostgreSQL in the cluster, or a managed one.
 */
import type { Size } from 'cdk8s';
import type { CertificateIssuer } from '../core/certificate';
import { cloudRef } from '../core/cloud-ref';
import { AuthScheme } from '../core/credential';
import { External } from '../core/party';
import type { Platform } from '../core/platform';
import type { SecretRef } from '../core/secrets';
import type { GrafanaDatabase } from '../view/grafana';
import { Postgresql } from '../view/postgresql';

export type GrafanaDatabaseChoice =
  | { readonly kind: 'in-cluster'; readonly volume: Size }
  | { readonly kind: 'managed'; readonly cidr: string };

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
  const login = { name: 'grafana', user: 'grafana', password };
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
  const server = new External(platform, 'postgresql', {
    description: 'Azure Database for PostgreSQL, flexible server',
    cidrs: [choice.cidr],
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
  return { ...login, endpoint };
}
