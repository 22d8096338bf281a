/**
 * How two ends of a connection prove who they are: the scheme that an endpoint asks for, and the credential that a
 * client presents. Both name secrets, never values.
 */
import type { SecretRef } from './secrets';

export type AuthKind =
  'none' | 'bearer' | 'basic' | 'sasl-plain' | 'workload-identity' | 'password' | 'token' | 'access-key';

/** What an endpoint asks for. `accepted` lists the secrets that the server knows; empty means that it asks elsewhere. */
export class AuthScheme {
  private constructor(
    public readonly kind: AuthKind,
    public readonly accepted: readonly SecretRef[],
  ) {}

  /** Anyone whom a NetworkPolicy admits. */
  public static none(): AuthScheme {
    return new AuthScheme('none', []);
  }

  /** The client presents one of these secrets in the given way. */
  public static secret(
    kind: 'bearer' | 'basic' | 'sasl-plain' | 'password',
    accepted: readonly SecretRef[],
  ): AuthScheme {
    return new AuthScheme(kind, accepted);
  }

  /** The cloud decides by the identity of the client's service account (federated token). */
  public static workloadIdentity(): AuthScheme {
    return new AuthScheme('workload-identity', []);
  }

  /** The client signs with a pair of keys that the server's operator made in the cluster (an `ObjectBucketClaim`). */
  public static accessKey(): AuthScheme {
    return new AuthScheme('access-key', []);
  }

  /** Kubernetes decides by the client's service-account token (RBAC). */
  public static serviceAccountToken(): AuthScheme {
    return new AuthScheme('token', []);
  }
}

/** What a client presents. */
export type Credential =
  | { readonly kind: 'bearer' | 'basic' | 'sasl-plain' | 'password'; readonly secret: SecretRef }
  | { readonly kind: 'workload-identity' | 'token' | 'access-key' }
  /** Passes on what its own client presented: a reverse proxy. */
  | { readonly kind: 'forwarded' };
