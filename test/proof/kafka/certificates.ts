/** Certificates as cert-manager would put them into Secrets, made with openssl for a test. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export function makeAuthority(dir: string): void {
  mkdirSync(dir, { recursive: true });
  openssl(dir, [
    'req',
    '-x509',
    ...KEY,
    '-subj',
    '/CN=test',
    '-days',
    '2',
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
  ]);
}

const THIS_MACHINE = ['DNS:localhost', 'IP:127.0.0.1'];

/** Key and certificate in one text, PKCS8 first, like the key `tls-combined.pem`. */
export function issue(dir: string, commonName: string, names: readonly string[] = THIS_MACHINE): string {
  openssl(dir, ['req', ...KEY, '-subj', `/CN=${commonName}`, '-keyout', 'one.key', '-out', 'one.csr']);
  writeFileSync(
    join(dir, 'one.ext'),
    `subjectAltName=${names.join(',')}\nextendedKeyUsage=serverAuth,clientAuth\n`,
  );
  const ca = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
  openssl(dir, [
    'x509',
    '-req',
    '-in',
    'one.csr',
    ...ca,
    '-days',
    '2',
    '-extfile',
    'one.ext',
    '-out',
    'one.crt',
  ]);
  return readFileSync(join(dir, 'one.key'), 'utf8') + readFileSync(join(dir, 'one.crt'), 'utf8');
}

/** Serial number of the certificate in a PEM text, as Node's TLS shows it of a peer. */
export function serialOf(dir: string, pem: string): string {
  const answer = execFileSync('openssl', ['x509', '-noout', '-serial'], {
    cwd: dir,
    input: pem,
    encoding: 'utf8',
  });
  return answer.trim().replace('serial=', '');
}

function openssl(cwd: string, args: readonly string[]): void {
  execFileSync('openssl', [...args], { cwd, stdio: 'pipe' });
}
