/** PostgreSQL's files, judged by a server that starts with them and says what it made of them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { tool } from '../../tools/obtain';
import { issue, makeAuthority } from '../kafka/certificates';
import { runInSandbox } from './sandbox';
import { shared } from './shared';
import type { Mistake, Validator, Verdict } from './validator';

const CONFIG_DIR = '/etc/hyperion/postgresql';
const TLS_DIR = '/etc/hyperion/tls';
const DATA_DIR = '/data/pgdata';

/** The other file, when one is judged: the least that a server starts with. */
const LEAST = {
  'postgresql.conf': [
    'ssl = on',
    `ssl_cert_file = '${TLS_DIR}/tls.crt'`,
    `ssl_key_file = '${TLS_DIR}/tls.key'`,
    "unix_socket_directories = '/var/run/postgresql'",
    '',
  ].join('\n'),
  'pg_hba.conf': 'local all all trust\n',
};

/** Starts, asks for every line and setting that the server refused, and whether it speaks TLS. */
const START_AND_ASK = [
  'set -e',
  'mkdir -p /var/run/postgresql',
  `trap "/postgresql/bin/pg_ctl -D ${DATA_DIR} -m immediate stop" EXIT`,
  `/postgresql/bin/pg_ctl -D ${DATA_DIR} -w -t 30 -o "-c config_file=${CONFIG_DIR}/postgresql.conf -c hba_file=${CONFIG_DIR}/pg_hba.conf" start`,
  'query() { /postgresql/bin/psql -h /var/run/postgresql -U judge -d postgres -At -c "$1"; }',
  'refused=$(query "SELECT name || error FROM pg_file_settings WHERE error IS NOT NULL UNION ALL SELECT error FROM pg_hba_file_rules WHERE error IS NOT NULL")',
  'encryption=$(query "SHOW ssl")',
  'echo "refused: $refused; TLS: $encryption"',
  'test -z "$refused" && test "$encryption" = on',
].join('\n');

export const POSTGRESQL_VALIDATORS: readonly Validator[] = [
  postgresql('postgresql.conf', [
    {
      what: 'a setting that does not exist',
      spoil: (text) => text.replace('max_connections', 'max_connection'),
      says: /unrecognized configuration parameter "max_connection"/,
    },
    {
      what: 'a unit that does not exist',
      spoil: (text) => text.replace("statement_timeout = '60s'", "statement_timeout = '60sec'"),
      says: /invalid value for parameter "statement_timeout": "60sec"/,
    },
  ]),
  postgresql('pg_hba.conf', [
    {
      what: 'a way of authentication that does not exist',
      spoil: (text) => text.replace('scram-sha-256', 'scram-sha-512'),
      says: /invalid authentication method "scram-sha-512"/,
    },
  ]),
];

function postgresql(file: keyof typeof LEAST, mistakes: readonly [Mistake, ...Mistake[]]): Validator {
  return {
    files: `postgresql/${file}`,
    reads: 'postgresql',
    judgedBy: 'a server that starts with it',
    substitute: 'older version 15 for 17.7',
    tools: ['postgresql', 'sandbox'],
    judge: async (path) => start(await cluster(), { ...LEAST, [basename(path)]: readFileSync(path, 'utf8') }),
    mistakes,
  };
}

/** A cluster of databases, made once: every server starts with it. */
interface Cluster {
  readonly dir: string;
  readonly certificate: string;
}

const cluster = shared<Cluster>(
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'hyperion-postgresql-'));
    const { accepted, said } = await inSandbox(dir, {}, [
      ...['/postgresql/bin/initdb', '-D', DATA_DIR, '-U', 'judge'],
      ...['--auth=trust', '--no-sync', '--no-instructions'],
    ]);
    if (!accepted) {
      rmSync(dir, { recursive: true });
      throw new Error(`initdb failed: ${said}`);
    }
    makeAuthority(join(dir, 'tls'));
    return { dir, certificate: issue(join(dir, 'tls'), 'postgresql') };
  },
  ({ dir }) => {
    rmSync(dir, { recursive: true });
  },
);

function start({ dir, certificate }: Cluster, files: Readonly<Record<string, string>>): Promise<Verdict> {
  const mounted = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [`${CONFIG_DIR}/${name}`, text]),
  );
  // Key and certificate stand in one text: each reader finds its own.
  const tls = { [`${TLS_DIR}/tls.crt`]: certificate, [`${TLS_DIR}/tls.key`]: certificate };
  return inSandbox(dir, { ...mounted, ...tls }, ['/bin/sh', '-c', START_AND_ASK]);
}

async function inSandbox(
  dir: string,
  files: Readonly<Record<string, string>>,
  command: readonly string[],
): Promise<Verdict> {
  return runInSandbox({
    command,
    files,
    readOnly: { '/postgresql': await tool('postgresql') },
    writable: { '/data': dir },
  });
}
