/**
 * cert-manager's part: Certificates of `selfSigned` and `ca` Issuers → Secrets with key, chain and authority, renewed
 * when they come near their end.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { formatResource, type Manifest } from '../../../policies/manifest';
import { fieldsAt, listAt, namespacedName, numberAt, textAt, type Fields } from '../../manifest-data';
import { certificateExtensions } from './certificate-extensions';
import { makeKey, sign, type Signer } from './certificate-signing';
import type { LeftOut } from '../cluster-plan';
import { Obstacle } from '../plan/plan-obstacle';
import type { SecretData } from './secrets';

/** One certificate as it is kept; texts are PEM. */
export interface IssuedCertificate {
  /** Of what was asked for: another request is a new certificate. */
  readonly request: string;
  /** Of the authority's certificate: a renewed authority issues all of its certificates anew. */
  readonly issuedBy: string;
  readonly certificate: string;
  /** The certificate and those between it and the authority. */
  readonly chain: string;
  /** The root. */
  readonly authority: string;
  readonly key: string;
}

export interface CertificateSecrets {
  /** By `namespace/name` of the Secret. */
  readonly secrets: ReadonlyMap<string, SecretData>;
  readonly issued: Readonly<Record<string, IssuedCertificate>>;
  readonly leftOut: readonly LeftOut[];
}

type Kept = Readonly<Record<string, IssuedCertificate>>;

/** cert-manager's: 90 days, renewed when a third is left. */
const DURATION_S = 90 * 86_400;
const RENEW_AT_SHARE = 1 / 3;
/** Where cert-manager looks for the Secrets of ClusterIssuers. */
const CLUSTER_NAMESPACE = 'cert-manager';
const SELF = 'itself';

/** @throws Error when openssl is missing or refuses */
export function certificateSecrets(objects: readonly Manifest[], kept: Kept, now: Date): CertificateSecrets {
  const issuing = new Issuing(objects, kept, now);
  const secrets = new Map<string, SecretData>();
  const leftOut: LeftOut[] = [];
  for (const object of objects.filter(({ kind }) => kind === 'Certificate')) {
    try {
      secrets.set(secretId(object), dataOf(object, issuing.issue(object, [])));
    } catch (error) {
      if (!(error instanceof Obstacle)) throw error;
      leftOut.push({
        what: formatResource({ kind: object.kind, ...object.metadata }),
        because: error.message,
      });
    }
  }
  return { secrets, issued: Object.fromEntries(issuing.issued), leftOut };
}

class Issuing {
  public readonly issued = new Map<string, IssuedCertificate>();

  public constructor(
    private readonly objects: readonly Manifest[],
    private readonly kept: Kept,
    private readonly now: Date,
  ) {}

  /** @param asking those that wait for this one: an authority cannot be issued by what it issues */
  public issue(object: Manifest, asking: readonly string[]): IssuedCertificate {
    const id = secretId(object);
    const known = this.issued.get(id);
    if (known !== undefined) return known;
    if (asking.includes(id)) throw new Obstacle(`it is issued by itself: ${[...asking, id].join(' ← ')}`);
    const spec = fieldsAt(object, 'spec');
    refuseUnsupported(spec);
    const authority = this.authorityOf(object, [...asking, id]);
    const request = fingerprint(JSON.stringify(spec));
    const issuedBy = authority === undefined ? SELF : fingerprint(authority.certificate);
    const kept = this.kept[id];
    const usable = kept?.request === request && kept.issuedBy === issuedBy && !isDue(kept, spec, this.now);
    const issued = usable ? kept : issueAnew(spec, { request, issuedBy }, authority, kept);
    this.issued.set(id, issued);
    return issued;
  }

  /** The certificate of the Issuer; undefined for one that has each certificate sign itself. */
  private authorityOf(object: Manifest, asking: readonly string[]): IssuedCertificate | undefined {
    const ref = fieldsAt(object, 'spec', 'issuerRef');
    const kind = textAt(ref, 'kind') ?? 'Issuer';
    const name = textAt(ref, 'name') ?? '?';
    const ofCluster = kind === 'ClusterIssuer';
    const issuer = this.objects.find(
      (each) =>
        each.kind === kind &&
        each.metadata.name === name &&
        (ofCluster || each.metadata.namespace === object.metadata.namespace),
    );
    if (issuer === undefined) throw new Obstacle(`its ${kind} ${name} is not among the manifests`);
    const spec = fieldsAt(issuer, 'spec');
    if (spec.selfSigned !== undefined) return undefined;
    const secret = textAt(spec, 'ca', 'secretName');
    if (secret === undefined) {
      throw new Obstacle(
        `its ${kind} ${name} issues by ${Object.keys(spec).join(', ')}; here there are selfSigned and ca`,
      );
    }
    const id = namespacedName(ofCluster ? CLUSTER_NAMESPACE : issuer.metadata.namespace, secret);
    const authority = this.objects.find((each) => each.kind === 'Certificate' && secretId(each) === id);
    if (authority === undefined)
      throw new Obstacle(`no Certificate makes the Secret ${id} of its ${kind} ${name}`);
    if (fieldsAt(authority, 'spec').isCA !== true) {
      throw new Obstacle(
        `Certificate ${authority.metadata.name} of its ${kind} ${name} is no authority (isCA)`,
      );
    }
    return this.issue(authority, asking);
  }
}

function issueAnew(
  spec: Fields,
  origin: Pick<IssuedCertificate, 'request' | 'issuedBy'>,
  authority: IssuedCertificate | undefined,
  kept: IssuedCertificate | undefined,
): IssuedCertificate {
  const keepsKey =
    textAt(spec, 'privateKey', 'rotationPolicy') === 'Never' && kept?.request === origin.request;
  const key = keepsKey ? kept.key : makeKey(fieldsAt(spec, 'privateKey'));
  const signer: Signer | undefined = authority;
  const days = Math.ceil(durationOf(spec) / 86_400);
  const certificate = sign({ ...certificateExtensions(spec), days }, key, signer);
  // The root is not part of a chain: who trusts it has it.
  const between = authority === undefined || authority.issuedBy === SELF ? '' : authority.chain;
  return {
    ...origin,
    certificate,
    chain: certificate + between,
    authority: authority?.authority ?? certificate,
    key,
  };
}

function dataOf(object: Manifest, issued: IssuedCertificate): SecretData {
  const combined = listAt(object, 'spec', 'additionalOutputFormats').some(
    (format) => textAt(format, 'type') === 'CombinedPEM',
  );
  return {
    'tls.crt': issued.chain,
    'tls.key': issued.key,
    'ca.crt': issued.authority,
    ...(combined ? { 'tls-combined.pem': `${issued.key}\n${issued.chain}` } : {}),
  };
}

/** What would be missed in the Secret or in the certificate. */
function refuseUnsupported(spec: Fields): void {
  const unsupported = ['keystores', 'literalSubject', 'nameConstraints', 'otherNames'].filter(
    (field) => spec[field] !== undefined,
  );
  const formats = listAt(spec, 'additionalOutputFormats')
    .map((format) => textAt(format, 'type') ?? '?')
    .filter((type) => type !== 'CombinedPEM');
  if (unsupported.length + formats.length > 0) {
    throw new Obstacle(`${[...unsupported, ...formats].join(', ')} of a Certificate is not made here`);
  }
}

function isDue({ certificate }: IssuedCertificate, spec: Fields, now: Date): boolean {
  const endMs = Date.parse(new X509Certificate(certificate).validTo);
  const percentage = numberAt(spec, 'renewBeforePercentage');
  const share = percentage === undefined ? RENEW_AT_SHARE : percentage / 100;
  const renewBeforeS = secondsOf(textAt(spec, 'renewBefore')) ?? durationOf(spec) * share;
  return now.getTime() >= endMs - renewBeforeS * 1000;
}

function durationOf(spec: Fields): number {
  return secondsOf(textAt(spec, 'duration')) ?? DURATION_S;
}

const UNITS_S: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/** Of Go's notation, e.g. `2160h` or `1h30m`. */
function secondsOf(duration: string | undefined): number | undefined {
  if (duration === undefined) return undefined;
  if (!/^(\d+[hms])+$/.test(duration))
    throw new Obstacle(`${duration} is no duration such as 2160h or 1h30m`);
  return [...duration.matchAll(/(\d+)([hms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNITS_S[unit ?? ''] ?? 0),
    0,
  );
}

function secretId(certificate: Manifest): string {
  return namespacedName(
    certificate.metadata.namespace,
    textAt(certificate, 'spec', 'secretName') ?? certificate.metadata.name,
  );
}

function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
