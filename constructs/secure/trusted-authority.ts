/**
 * A certificate authority that others run, as a Secret with its `ca.crt`: what clients need to know a server outside the
 * cluster whose certificate no public authority signed.
 */
import type { CertificateSecret } from '../core/certificate';
import { Component, type ComponentProps } from '../core/component';
import type { Platform } from '../core/platform';
import type { SecretRef } from '../core/secrets';

export interface TrustedAuthorityProps extends ComponentProps {
  /** Its certificates in PEM, in the environment's store. Public, but kept there: it is changed where it is made. */
  readonly certificate: SecretRef;
  /** Whose it is, for a reader of the manifests. */
  readonly of: string;
}

export class TrustedAuthority extends Component {
  public readonly trust: CertificateSecret;

  public constructor(scope: Platform, id: string, props: TrustedAuthorityProps) {
    super(scope, id, props, { layer: 'secure', summary: `Certificate authority to trust: ${props.of}` });
    this.trust = { secretName: this.secret(props.certificate, 'ca.crt').secretName };
  }
}
