/** What cert-manager would issue, made with openssl and judged by openssl and Node. */
import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../../../../policies/manifest';
import { certificateSecrets, type CertificateSecrets } from '../../../../stacks/local/secrets/certificates';
import type { SecretData } from '../../../../stacks/local/secrets/secrets';
import { object } from '../plan-fixture';

const NOW = new Date();
const DAY_MS = 86_400_000;
const ECDSA = { algorithm: 'ECDSA', size: 256, encoding: 'PKCS8' };

function certificate(name: string, spec: Record<string, unknown>, namespace = 'shop'): Manifest {
  return object('Certificate', name, { spec: { secretName: name, privateKey: ECDSA, ...spec } }, namespace);
}
const ISSUERS = [
  object('Issuer', 'self', { spec: { selfSigned: {} } }),
  object('Issuer', 'ca', { spec: { ca: { secretName: 'root' } } }),
];
const ROOT = certificate('root', {
  isCA: true,
  commonName: 'shop/root',
  issuerRef: { name: 'self' },
  usages: ['digital signature', 'cert sign', 'crl sign'],
  privateKey: { ...ECDSA, rotationPolicy: 'Never' },
  duration: '87600h',
});
const SERVER = certificate('server', {
  commonName: 'kafka',
  dnsNames: ['kafka.shop.svc', '*.kafka.shop.svc', 'localhost'],
  ipAddresses: ['127.0.0.1'],
  issuerRef: { name: 'ca' },
  duration: '2160h',
  renewBefore: '720h',
  usages: ['digital signature', 'server auth', 'client auth'],
  additionalOutputFormats: [{ type: 'CombinedPEM' }],
});
const CLIENT = certificate('client', {
  dnsNames: ['client'],
  issuerRef: { name: 'ca' },
  usages: ['client auth'],
});
const ALL = [...ISSUERS, SERVER, CLIENT, ROOT];

function dataOf({ secrets, leftOut }: CertificateSecrets, name: string): SecretData {
  const data = secrets.get(`shop/${name}`);
  if (data === undefined) throw new Error(`nothing for ${name}: ${JSON.stringify(leftOut)}`);
  return data;
}

const made = certificateSecrets(ALL, {}, NOW);
const server = new X509Certificate(dataOf(made, 'server')['tls.crt'] ?? '');
const root = new X509Certificate(dataOf(made, 'root')['tls.crt'] ?? '');

function openssl(args: readonly string[], input: string): string {
  return execFileSync('openssl', args, { input, encoding: 'utf8', stdio: 'pipe' });
}

test('a Secret has key, chain and authority, and the combined file when it is asked for', () => {
  const {
    'tls.key': key,
    'tls.crt': chain,
    'ca.crt': authority,
    'tls-combined.pem': combined,
  } = dataOf(made, 'server');
  expect(Object.keys(dataOf(made, 'client'))).toEqual(['tls.crt', 'tls.key', 'ca.crt']);
  expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  expect(server.checkPrivateKey(createPrivateKey(key ?? ''))).toBe(true);
  expect(authority).toBe(dataOf(made, 'root')['tls.crt']);
  expect(combined).toBe(`${key ?? ''}\n${chain ?? ''}`);
  expect(made.leftOut).toEqual([]);
});

test('the authority signs itself, and may sign others', () => {
  expect(root.ca).toBe(true);
  expect(root.verify(root.publicKey)).toBe(true);
  expect(root.subject).toBe('CN=shop/root');
  const text = openssl(['x509', '-noout', '-text'], root.toString());
  expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE/);
  expect(text).toMatch(/Key Usage: critical\s+Digital Signature, Certificate Sign, CRL Sign/);
});

test('a certificate says whom and what it is for, and is no authority', () => {
  expect(server.ca).toBe(false);
  expect(server.checkIssued(root)).toBe(true);
  expect(server.subjectAltName).toBe(
    'DNS:kafka.shop.svc, DNS:*.kafka.shop.svc, DNS:localhost, IP Address:127.0.0.1',
  );
  expect(server.checkHost('kafka-0.kafka.shop.svc')).toBe('*.kafka.shop.svc');
  const text = openssl(['x509', '-noout', '-text'], server.toString());
  expect(text).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
  expect(text).toMatch(/Key Usage: critical\s+Digital Signature\s/);
  expect(text).toMatch(/Extended Key Usage: \s*TLS Web Server Authentication, TLS Web Client Authentication/);
  expect(text).toContain('Public-Key: (256 bit)');
  expect(text).toContain('ecdsa-with-SHA256');
});

test('a certificate without a subject has critical names', () => {
  const client = new X509Certificate(dataOf(made, 'client')['tls.crt'] ?? '');
  expect(openssl(['x509', '-noout', '-subject'], client.toString()).trim()).toBe('subject=');
  expect(openssl(['x509', '-noout', '-text'], client.toString())).toMatch(
    /Subject Alternative Name: critical\s+DNS:client/,
  );
});

test('serial numbers differ, and are positive', () => {
  const serials = ['root', 'server', 'client'].map(
    (name) => new X509Certificate(dataOf(made, name)['tls.crt'] ?? '').serialNumber,
  );
  expect(new Set(serials).size).toBe(3);
  expect(serials.filter((serial) => !/^[4-7][0-9A-F]{31}$/.test(serial))).toEqual([]);
});

test('it lives as long as it says', () => {
  const days = (Date.parse(server.validTo) - Date.parse(server.validFrom)) / DAY_MS;
  expect(days).toBe(90);
});

test('openssl verifies the chain for its purpose, and for no other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-verify-'));
  try {
    const file = (name: string, text = ''): string => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    };
    const authority = file('ca.crt', dataOf(made, 'server')['ca.crt']);
    const verify = (name: string, purpose: string): string =>
      openssl(
        [
          'verify',
          '-x509_strict',
          '-CAfile',
          authority,
          '-purpose',
          purpose,
          file(name, dataOf(made, name)['tls.crt']),
        ],
        '',
      );
    expect(verify('server', 'sslserver')).toContain('OK');
    expect(verify('client', 'sslclient')).toContain('OK');
    expect(() => verify('client', 'sslserver')).toThrow(
      /unsuitable certificate purpose|unsupported certificate purpose/,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('two sides that trust the authority speak TLS, each with its certificate', async () => {
  const side = (name: string): { key?: string; cert?: string; ca?: string } => {
    const { 'tls.key': key, 'tls.crt': cert, 'ca.crt': ca } = dataOf(made, name);
    return { ...(key && { key }), ...(cert && { cert }), ...(ca && { ca }) };
  };
  const listener = createServer({ ...side('server'), requestCert: true, rejectUnauthorized: true });
  const seen: boolean[] = [];
  listener.on('secureConnection', (socket: TLSSocket) => {
    seen.push(socket.authorized);
    socket.end('welcome');
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  try {
    const { port } = listener.address() as AddressInfo;
    const socket = connect({ ...side('client'), host: '127.0.0.1', port, servername: 'localhost' });
    const [data] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(data.toString()).toBe('welcome');
    expect(seen).toEqual([true]);
  } finally {
    listener.close();
  }
});

test('a chain holds what is between certificate and root', () => {
  const between = certificate('between', { isCA: true, commonName: 'between', issuerRef: { name: 'ca' } });
  const issuer = object('ClusterIssuer', 'second', { spec: { ca: { secretName: 'between' } } });
  const leaf = certificate('leaf', {
    commonName: 'leaf',
    issuerRef: { kind: 'ClusterIssuer', name: 'second' },
  });
  const inClusterNamespace = (each: Manifest): Manifest => ({
    ...each,
    metadata: { ...each.metadata, namespace: 'cert-manager' },
  });
  const result = certificateSecrets(
    [...[...ISSUERS, ROOT, between].map(inClusterNamespace), issuer, leaf],
    {},
    NOW,
  );
  const chain = dataOf(result, 'leaf')['tls.crt']?.match(/-----BEGIN[^]*?END CERTIFICATE-----/g) ?? [];
  expect(chain.map((pem) => new X509Certificate(pem).subject)).toEqual(['CN=leaf', 'CN=between']);
  expect(new X509Certificate(dataOf(result, 'leaf')['ca.crt'] ?? '').subject).toBe('CN=shop/root');
});

describe('later starts', () => {
  const later = (days: number): Date => new Date(NOW.getTime() + days * DAY_MS);

  test('everything is kept while it is good', () => {
    const again = certificateSecrets(ALL, made.issued, later(59));
    expect([...again.secrets]).toEqual([...made.secrets]);
  });

  test('what comes near its end is renewed, with a new key', () => {
    const again = certificateSecrets(ALL, made.issued, later(61));
    expect(dataOf(again, 'root')).toEqual(dataOf(made, 'root'));
    expect(dataOf(again, 'server')['tls.crt']).not.toBe(dataOf(made, 'server')['tls.crt']);
    expect(dataOf(again, 'server')['tls.key']).not.toBe(dataOf(made, 'server')['tls.key']);
  });

  test('a third of the life is left when nothing else is said', () => {
    expect(dataOf(certificateSecrets(ALL, made.issued, later(59)), 'client')).toEqual(dataOf(made, 'client'));
    expect(dataOf(certificateSecrets(ALL, made.issued, later(61)), 'client')).not.toEqual(
      dataOf(made, 'client'),
    );
  });

  test('a renewed authority keeps its key when it is told to, and issues the others anew', () => {
    const again = certificateSecrets(ALL, made.issued, later(3600));
    expect(dataOf(again, 'root')['tls.key']).toBe(dataOf(made, 'root')['tls.key']);
    expect(dataOf(again, 'root')['tls.crt']).not.toBe(dataOf(made, 'root')['tls.crt']);
    expect(dataOf(again, 'client')['ca.crt']).toBe(dataOf(again, 'root')['tls.crt']);
  });

  test('another request is another certificate', () => {
    const changed = certificate('client', { dnsNames: ['client', 'more'], issuerRef: { name: 'ca' } });
    const again = certificateSecrets([...ISSUERS, ROOT, SERVER, changed], made.issued, NOW);
    expect(new X509Certificate(dataOf(again, 'client')['tls.crt'] ?? '').subjectAltName).toBe(
      'DNS:client, DNS:more',
    );
    expect(dataOf(again, 'server')).toEqual(dataOf(made, 'server'));
  });
});

test.each([
  [{ algorithm: 'RSA', size: 2048 }, /^-----BEGIN RSA PRIVATE KEY-----/, 'rsa'],
  [{ algorithm: 'RSA', size: 3072, encoding: 'PKCS8' }, /^-----BEGIN PRIVATE KEY-----/, 'rsa'],
  [{ algorithm: 'ECDSA', size: 384 }, /^-----BEGIN EC PRIVATE KEY-----/, 'ec'],
  [{ algorithm: 'Ed25519', encoding: 'PKCS8' }, /^-----BEGIN PRIVATE KEY-----/, 'ed25519'],
])('private keys: %j', (privateKey, beginning, type) => {
  const one = certificate('one', { commonName: 'a/b+c', issuerRef: { name: 'self' }, privateKey });
  const data = dataOf(certificateSecrets([...ISSUERS, one], {}, NOW), 'one');
  expect(data['tls.key']).toMatch(beginning);
  const parsed = new X509Certificate(data['tls.crt'] ?? '');
  expect(parsed.publicKey.asymmetricKeyType).toBe(type);
  // Node writes a plus so; in the certificate it stands alone.
  expect(parsed.subject).toBe('CN=a/b\\+c');
});

test.each<[string, Record<string, unknown>, string]>([
  [
    'issuer that is not there',
    { issuerRef: { kind: 'ClusterIssuer', name: 'acme' } },
    'its ClusterIssuer acme is not among the manifests',
  ],
  [
    'issuer of another kind',
    { issuerRef: { name: 'vault' } },
    'its Issuer vault issues by vault; here there are selfSigned and ca',
  ],
  [
    'issuer without its certificate',
    { issuerRef: { name: 'lost' } },
    'no Certificate makes the Secret shop/nothing of its Issuer lost',
  ],
  [
    'issuer that is none',
    { issuerRef: { name: 'leafy' } },
    'Certificate plain of its Issuer leafy is no authority (isCA)',
  ],
  ['itself', { isCA: true, issuerRef: { name: 'ring' } }, 'it is issued by itself: shop/one ← shop/one'],
  [
    'usage',
    { issuerRef: { name: 'self' }, usages: ['netscape sgc'] },
    'the usage netscape sgc of a Certificate is not known here',
  ],
  [
    'key',
    { issuerRef: { name: 'self' }, privateKey: { algorithm: 'DSA' } },
    'private keys of kind DSA  are not made here',
  ],
  [
    'key store',
    { issuerRef: { name: 'self' }, keystores: {}, additionalOutputFormats: [{ type: 'DER' }] },
    'keystores, DER of a Certificate is not made here',
  ],
  ['duration', { issuerRef: { name: 'self' }, duration: '90d' }, '90d is no duration such as 2160h or 1h30m'],
  ['line break', { issuerRef: { name: 'self' }, uris: ['a\nb'] }, 'a name of a Certificate has a line break'],
])('left out: %s', (_title, spec, because) => {
  const objects = [
    ...ISSUERS,
    object('Issuer', 'vault', { spec: { vault: {} } }),
    object('Issuer', 'lost', { spec: { ca: { secretName: 'nothing' } } }),
    object('Issuer', 'leafy', { spec: { ca: { secretName: 'plain' } } }),
    object('Issuer', 'ring', { spec: { ca: { secretName: 'one' } } }),
    certificate('plain', { commonName: 'plain', issuerRef: { name: 'self' } }),
    certificate('one', spec),
  ];
  expect(certificateSecrets(objects, {}, NOW).leftOut).toEqual([{ what: 'Certificate shop/one', because }]);
});

test('a machine without openssl is told what is missing', () => {
  const { PATH } = process.env;
  process.env.PATH = '/nowhere';
  try {
    expect(() => certificateSecrets([...ISSUERS, ROOT], {}, NOW)).toThrow(
      'openssl is not to be found: it makes the certificates of the loopback cluster; install it',
    );
  } finally {
    process.env.PATH = PATH;
  }
});
