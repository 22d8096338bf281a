/**
 * A private certificate authority in a namespace, for TLS between its own pods: a self-signed root that cert-manager
 * keeps and renews, and the Issuer that signs with it. No other namespace trusts it or can ask it for a certificate.
 */
import { ApiObject } from 'cdk8s';
import type { CertificateIssuer } from '../core/certificate';
import { Component, type ComponentProps } from '../core/component';
import type { Platform } from '../core/platform';

/** Ten years: a root that is renewed breaks every client that has not read the new one yet. */
const LIFETIME = '87600h';
const RENEW_BEFORE = '8760h';

export class CertificateAuthority extends Component {
  public readonly issuer: CertificateIssuer;

  public constructor(scope: Platform, id: string, props: ComponentProps) {
    super(scope, id, props, { layer: 'secure', summary: `Private certificate authority of ${props.namespace}` });
    const object = (name: string, kind: 'Issuer' | 'Certificate', spec: object): void => {
      new ApiObject(this, name, { apiVersion: 'cert-manager.io/v1', kind, metadata: { name }, spec });
    };
    const root = `${id}-root`;
    object(`${id}-self-signed`, 'Issuer', { selfSigned: {} });
    object(root, 'Certificate', {
      isCA: true,
      commonName: `${scope.environment} ${props.namespace}`,
      secretName: root,
      duration: LIFETIME,
      renewBefore: RENEW_BEFORE,
      privateKey: { algorithm: 'ECDSA', size: 256, encoding: 'PKCS8', rotationPolicy: 'Never' },
      usages: ['digital signature', 'cert sign', 'crl sign'],
      issuerRef: { group: 'cert-manager.io', kind: 'Issuer', name: `${id}-self-signed` },
    });
    object(id, 'Issuer', { ca: { secretName: root } });
    this.issuer = { kind: 'Issuer', name: id };
  }
}
