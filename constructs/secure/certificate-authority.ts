/**
 * A private certificate authority in a namespace, for TLS between its own pods: a self-signed root that cert-manager
 * keeps and renews, and the Issuer that signs with it. No other namespace trusts it or can ask it for a certificate.
 */
import { PRIVATE_KEY, type CertificateIssuer } from '../core/certificate';
import { Component, type ComponentProps } from '../core/component';
import {
  Certificate,
  CertificateSpecPrivateKeyRotationPolicy as RotationPolicy,
  CertificateSpecUsages as Usage,
  Issuer,
} from '../core/imports/cert-manager.io';
import type { Platform } from '../core/platform';

/** Ten years: a root that is renewed breaks every client that has not read the new one yet. */
const LIFETIME = '87600h';
const RENEW_BEFORE = '8760h';

export class CertificateAuthority extends Component {
  public readonly issuer: CertificateIssuer;

  public constructor(scope: Platform, id: string, props: ComponentProps) {
    super(scope, id, props, {
      layer: 'secure',
      summary: `Private certificate authority of ${props.namespace}`,
    });
    const root = `${id}-root`;
    const selfSigned = `${id}-self-signed`;
    new Issuer(this, selfSigned, { metadata: { name: selfSigned }, spec: { selfSigned: {} } });
    new Certificate(this, root, {
      metadata: { name: root },
      spec: {
        isCa: true,
        commonName: `${scope.environment} ${props.namespace}`,
        secretName: root,
        duration: LIFETIME,
        renewBefore: RENEW_BEFORE,
        privateKey: { ...PRIVATE_KEY, rotationPolicy: RotationPolicy.NEVER },
        usages: [Usage.DIGITAL_SIGNATURE, Usage.CERT_SIGN, Usage.CRL_SIGN],
        issuerRef: { group: 'cert-manager.io', kind: 'Issuer', name: selfSigned },
      },
    });
    new Issuer(this, id, { metadata: { name: id }, spec: { ca: { secretName: root } } });
    this.issuer = { kind: 'Issuer', name: id };
  }
}
