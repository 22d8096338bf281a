/**
 * A cert-manager `Certificate`: the operator issues it, renews it, and keeps it in a Secret with `tls.crt`, `tls.key`
 * and `ca.crt`.
 */
import type { Construct } from 'constructs';
import {
  Certificate,
  CertificateSpecAdditionalOutputFormatsType as OutputFormat,
  CertificateSpecPrivateKeyAlgorithm as Algorithm,
  CertificateSpecPrivateKeyEncoding as Encoding,
  CertificateSpecPrivateKeyRotationPolicy as RotationPolicy,
  CertificateSpecUsages as Usage,
} from './imports/cert-manager.io';

export interface CertificateIssuer {
  readonly name: string;
  readonly kind: 'Issuer' | 'ClusterIssuer';
}

export interface CertificateProps {
  /** Name of the Certificate and of its Secret. */
  readonly name: string;
  /** @default the chart's namespace */
  readonly namespace?: string;
  readonly dnsNames: readonly string[];
  readonly issuer: CertificateIssuer;
  readonly usages: readonly ('server auth' | 'client auth')[];
  /** @default none */
  readonly commonName?: string;
  /**
   * Also keep key and chain together under `tls-combined.pem`, as Kafka's PEM key stores want it.
   * @default false
   */
  readonly combinedPem?: boolean;
}

/** Where a certificate's files are found. */
export interface CertificateSecret {
  readonly secretName: string;
}

/** Three months, renewed a month before its end: time for two failed renewals to be noticed. */
const LIFETIME = '2160h';
const RENEW_BEFORE = '720h';
/** The one kind of key that is used here. */
export const PRIVATE_KEY = { algorithm: Algorithm.ECDSA, size: 256, encoding: Encoding.PKCS8 } as const;
const USAGES = { 'server auth': Usage.SERVER_AUTH, 'client auth': Usage.CLIENT_AUTH } as const;

export function addCertificate(scope: Construct, id: string, props: CertificateProps): CertificateSecret {
  new Certificate(scope, id, {
    metadata: { name: props.name, ...(props.namespace === undefined ? {} : { namespace: props.namespace }) },
    spec: {
      secretName: props.name,
      ...(props.commonName === undefined ? {} : { commonName: props.commonName }),
      dnsNames: [...props.dnsNames],
      issuerRef: { group: 'cert-manager.io', kind: props.issuer.kind, name: props.issuer.name },
      duration: LIFETIME,
      renewBefore: RENEW_BEFORE,
      privateKey: { ...PRIVATE_KEY, rotationPolicy: RotationPolicy.ALWAYS },
      usages: [Usage.DIGITAL_SIGNATURE, ...props.usages.map((usage) => USAGES[usage])],
      ...(props.combinedPem === true
        ? { additionalOutputFormats: [{ type: OutputFormat.COMBINED_PEM }] }
        : {}),
    },
  });
  return { secretName: props.name };
}

/**
 * A Secret of the chart's namespace of which only `ca.crt` is of use: what a client has to trust. So no client's pod ever
 * names a Secret with a server's key.
 */
export function addTrust(scope: Construct, id: string, issuer: CertificateIssuer): CertificateSecret {
  const name = `${id}-trust`;
  // A name without rights: its key opens nothing.
  return addCertificate(scope, 'trust', {
    name,
    commonName: name,
    dnsNames: [],
    issuer,
    usages: ['client auth'],
  });
}
