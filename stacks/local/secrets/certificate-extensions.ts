/**
 * What a cert-manager Certificate asks for, as openssl writes it: subject and X.509 extensions.
 */
import { fieldsAt, listAt, textAt, type Fields } from '../../manifest-data';
import { Obstacle } from '../plan/plan-obstacle';

export interface CertificateContent {
  /** As `-subj` takes it; `/` is the empty one. */
  readonly subject: string;
  /** Lines of an openssl configuration; the first section is the default one. */
  readonly extensions: string;
}

const KEY_USAGES: Readonly<Record<string, string>> = {
  signing: 'digitalSignature',
  'digital signature': 'digitalSignature',
  'content commitment': 'nonRepudiation',
  'key encipherment': 'keyEncipherment',
  'key agreement': 'keyAgreement',
  'data encipherment': 'dataEncipherment',
  'cert sign': 'keyCertSign',
  'crl sign': 'cRLSign',
  'encipher only': 'encipherOnly',
  'decipher only': 'decipherOnly',
};

const EXTENDED_KEY_USAGES: Readonly<Record<string, string>> = {
  any: 'anyExtendedKeyUsage',
  'server auth': 'serverAuth',
  'client auth': 'clientAuth',
  'code signing': 'codeSigning',
  'email protection': 'emailProtection',
  's/mime': 'emailProtection',
  timestamping: 'timeStamping',
  'ocsp signing': 'OCSPSigning',
};

/** cert-manager's, for a Certificate that names none. */
const DEFAULT_USAGES = ['digital signature', 'key encipherment'];

const SUBJECT_FIELDS = [
  ['countries', 'C'],
  ['provinces', 'ST'],
  ['localities', 'L'],
  ['streetAddresses', 'street'],
  ['postalCodes', 'postalCode'],
  ['organizations', 'O'],
  ['organizationalUnits', 'OU'],
] as const;

const NAME_FIELDS = [
  ['dnsNames', 'DNS'],
  ['ipAddresses', 'IP'],
  ['uris', 'URI'],
  ['emailAddresses', 'email'],
] as const;

/** @throws Obstacle for a usage that is not known here */
export function certificateExtensions(spec: Fields): CertificateContent {
  const subject = subjectOf(spec);
  const names = NAME_FIELDS.flatMap(([field, type]) =>
    texts(spec, field).map((name, index) => `${type}.${index + 1} = ${quoted(name)}`),
  );
  const authority = spec.isCA === true;
  const { keyUsages, extendedKeyUsages } = usagesOf(spec, authority);
  const extensions = [
    `basicConstraints = critical, CA:${authority ? 'TRUE' : 'FALSE'}`,
    ...(keyUsages.length > 0 ? [`keyUsage = critical, ${keyUsages.join(', ')}`] : []),
    ...(extendedKeyUsages.length > 0 ? [`extendedKeyUsage = ${extendedKeyUsages.join(', ')}`] : []),
    'subjectKeyIdentifier = hash',
    'authorityKeyIdentifier = keyid',
    // Whom the certificate is for must stand somewhere that nobody may overlook (RFC 5280, 4.2.1.6).
    ...(names.length > 0
      ? [`subjectAltName = ${subject === '/' ? 'critical, ' : ''}@names`, '[names]', ...names]
      : []),
  ];
  return { subject, extensions: extensions.map((line) => `${line}\n`).join('') };
}

function subjectOf(spec: Fields): string {
  const parts = SUBJECT_FIELDS.flatMap(([field, type]) =>
    texts(fieldsAt(spec, 'subject'), field).map((value) => [type, value] as const),
  );
  const commonName = textAt(spec, 'commonName');
  const serialNumber = textAt(spec, 'subject', 'serialNumber');
  const all = [
    ...parts,
    ...(commonName === undefined ? [] : [['CN', commonName] as const]),
    ...(serialNumber === undefined ? [] : [['serialNumber', serialNumber] as const]),
  ];
  if (all.length === 0) return '/';
  return all.map(([type, value]) => `/${type}=${value.replace(/[\\/+]/g, '\\$&')}`).join('');
}

function usagesOf(spec: Fields, authority: boolean): { keyUsages: string[]; extendedKeyUsages: string[] } {
  const given = texts(spec, 'usages');
  const usages = [...(given.length > 0 ? given : DEFAULT_USAGES), ...(authority ? ['cert sign'] : [])];
  const unknown = usages.filter((usage) => !(usage in KEY_USAGES) && !(usage in EXTENDED_KEY_USAGES));
  if (unknown.length > 0)
    throw new Obstacle(`the usage ${unknown.join(', ')} of a Certificate is not known here`);
  const known = (table: Readonly<Record<string, string>>): string[] => [
    ...new Set(usages.flatMap((usage) => table[usage] ?? [])),
  ];
  return { keyUsages: known(KEY_USAGES), extendedKeyUsages: known(EXTENDED_KEY_USAGES) };
}

function texts(fields: Fields, field: string): string[] {
  return listAt(fields, field).map(String);
}

/** openssl's configuration expands `$` and ends a line at `#`. */
function quoted(value: string): string {
  if (/[\r\n]/.test(value)) throw new Obstacle('a name of a Certificate has a line break');
  return value.replace(/[\\$#"'`]/g, '\\$&');
}
