/**
 * PostgreSQL in the cluster: only over TLS, only for the application's user, nothing acknowledged before it is on disk.
 */
import { Size } from 'cdk8s';
import { SecretRef } from '../../../constructs/core/secrets';
import { Postgresql, renderHba, renderPostgresqlConf } from '../../../constructs/view/postgresql';
import { manifest, testPlatform } from '../core/fixture';

test('postgresql.conf', () => {
  expect(renderPostgresqlConf(50, Size.mebibytes(512))).toEqual([
    "listen_addresses = '*'",
    'port = 5432',
    "unix_socket_directories = '/var/run/postgresql'",
    'max_connections = 50',
    'shared_buffers = 128MB',
    'password_encryption = scram-sha-256',
    'ssl = on',
    "ssl_cert_file = '/etc/hyperion/tls/tls.crt'",
    "ssl_key_file = '/etc/hyperion/tls/tls.key'",
    "ssl_min_protocol_version = 'TLSv1.2'",
    'fsync = on',
    'synchronous_commit = on',
    "statement_timeout = '60s'",
    "idle_in_transaction_session_timeout = '60s'",
    "log_destination = 'stderr'",
    'logging_collector = off',
  ]);
});

test('pg_hba.conf lets in one user, to one database, over TLS, with SCRAM', () => {
  expect(renderHba('grafana', 'app')).toEqual([
    '# type  database  user  address  method',
    'local   all  all  peer',
    'hostssl grafana  app  0.0.0.0/0  scram-sha-256',
    'hostssl grafana  app  ::/0  scram-sha-256',
  ]);
});

test('the password comes from a file, the certificate names the Service', () => {
  const platform = testPlatform();
  const server = new Postgresql(platform, 'postgresql', {
    namespace: 'view',
    volume: { size: Size.gibibytes(4), storageClass: 'fast' },
    database: 'grafana',
    user: 'grafana',
    password: SecretRef.named('database-password'),
    issuer: { kind: 'Issuer', name: 'view-ca' },
  });
  expect(server.sql).toMatchObject({ tls: true, port: 5432, auth: { kind: 'password' } });
  expect(manifest(platform, 'Certificate', 'postgresql-tls').spec).toMatchObject({
    dnsNames: ['postgresql.view.svc.cluster.local', 'postgresql.view.svc'],
    issuerRef: { kind: 'Issuer', name: 'view-ca' },
    usages: ['digital signature', 'server auth'],
  });
  expect(manifest(platform, 'StatefulSet', 'postgresql').spec).toMatchObject({
    volumeClaimTemplates: [
      { spec: { storageClassName: 'fast', resources: { requests: { storage: '4Gi' } } } },
    ],
    template: {
      spec: {
        containers: [
          {
            args: [
              '-c',
              'config_file=/etc/hyperion/postgresql/postgresql.conf',
              '-c',
              'hba_file=/etc/hyperion/postgresql/pg_hba.conf',
            ],
            env: expect.arrayContaining([
              { name: 'POSTGRES_PASSWORD_FILE', value: '/etc/hyperion/secrets/database-password' },
              {
                name: 'POSTGRES_INITDB_ARGS',
                value: '--data-checksums --auth-host=scram-sha-256 --auth-local=peer',
              },
            ]) as unknown,
            readinessProbe: { exec: { command: ['pg_isready', '-q', '-h', '/var/run/postgresql'] } },
          },
        ],
      },
    },
  });
});
