/**
 * Keys by Node, certificates by openssl, which Node cannot make.
 */
import { execFileSync } from 'node:child_process';
import {
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { numberAt, textAt, type Fields } from '../../manifest-data';
import { OutputError } from '../../output-error';
import type { CertificateContent } from './certificate-extensions';
import { Obstacle } from '../plan/plan-obstacle';

export interface SigningRequest extends CertificateContent {
  /** openssl counts in days; a shorter life is rounded up to one. */
  readonly days: number;
}

/** Texts are PEM. */
export interface Signer {
  readonly certificate: string;
  readonly key: string;
}

/** RFC 5280 allows 20 bytes, and the first bit must be 0. */
const SERIAL_BYTES = 16;

const CURVES: Readonly<Record<number, string>> = { 256: 'P-256', 384: 'P-384', 521: 'P-521' };

/**
 * A private key as PEM, by the `privateKey` of a Certificate.
 * @throws Obstacle for a kind of key that is not known here
 */
export function makeKey(privateKey: Fields): string {
  const algorithm = textAt(privateKey, 'algorithm') ?? 'RSA';
  const key = generateKey(algorithm, numberAt(privateKey, 'size'));
  const traditional = (textAt(privateKey, 'encoding') ?? 'PKCS1') === 'PKCS1';
  if (traditional && algorithm === 'RSA') return key.export({ type: 'pkcs1', format: 'pem' }).toString();
  if (traditional && algorithm === 'ECDSA') return key.export({ type: 'sec1', format: 'pem' }).toString();
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function generateKey(algorithm: string, size: number | undefined): KeyObject {
  if (algorithm === 'RSA') return generateKeyPairSync('rsa', { modulusLength: size ?? 2048 }).privateKey;
  if (algorithm === 'Ed25519') return generateKeyPairSync('ed25519').privateKey;
  const namedCurve = CURVES[size ?? 256];
  if (algorithm !== 'ECDSA' || namedCurve === undefined) {
    throw new Obstacle(`private keys of kind ${algorithm} ${size ?? ''} are not made here`);
  }
  return generateKeyPairSync('ec', { namedCurve }).privateKey;
}

/**
 * The certificate as PEM.
 * @param signer undefined: it signs itself
 * @throws OutputError when openssl is missing or refuses
 */
export function sign(request: SigningRequest, key: string, signer: Signer | undefined): string {
  // Only its owner can look into such a folder.
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-certificate-'));
  const put = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return name;
  };
  try {
    const config = put(
      'request.conf',
      '[req]\ndistinguished_name = subject\nstring_mask = utf8only\n[subject]\n',
    );
    const ownKey = put('own.key', key);
    put(
      'request.pem',
      openssl(folder, ['req', '-new', '-utf8', '-config', config, '-key', ownKey, '-subj', request.subject]),
    );
    const signedBy =
      signer === undefined
        ? ['-signkey', ownKey]
        : ['-CA', put('ca.pem', signer.certificate), '-CAkey', put('ca.key', signer.key)];
    const certificate = openssl(folder, [
      'x509',
      '-req',
      '-in',
      'request.pem',
      ...signedBy,
      '-sha256',
      '-days',
      String(request.days),
      '-set_serial',
      `0x${serial()}`,
      '-extfile',
      put('extensions.conf', request.extensions),
    ]);
    return checked(certificate, key, signer);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function serial(): string {
  const bytes = randomBytes(SERIAL_BYTES);
  // Positive, and of full length.
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

/** A certificate that does not belong to its key or its authority would be found out far from here. */
function checked(pem: string, key: string, signer: Signer | undefined): string {
  const certificate = new X509Certificate(pem);
  const authority = signer === undefined ? certificate : new X509Certificate(signer.certificate);
  if (!certificate.checkPrivateKey(createPrivateKey(key)) || !certificate.verify(authority.publicKey)) {
    throw new OutputError('openssl made a certificate that does not fit its key or its authority');
  }
  return pem;
}

function openssl(cwd: string, args: readonly string[]): string {
  try {
    // The machine's own configuration has no say.
    const env = { PATH: process.env.PATH, OPENSSL_CONF: '/dev/null' };
    return execFileSync('openssl', args, { cwd, env, stdio: 'pipe', encoding: 'utf8' });
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { readonly stderr?: string };
    throw new OutputError(
      code === 'ENOENT'
        ? 'openssl is not to be found: it makes the certificates of the loopback cluster; install it'
        : `openssl ${args[0] ?? ''} failed: ${stderr?.trim() ?? code ?? ''}`,
    );
  }
}
