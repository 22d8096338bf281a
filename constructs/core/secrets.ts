/**
 * Secrets by name, never by value. A component that uses a `SecretRef` gets one `ExternalSecret` in its namespace,
 * from which the External Secrets Operator makes the Kubernetes Secret.
 */
import type { Construct } from 'constructs';
import {
  ExternalSecret,
  ExternalSecretSpecSecretStoreRefKind as StoreKind,
  ExternalSecretSpecTargetCreationPolicy as CreationPolicy,
} from './imports/external-secrets.io';
import { Platform } from './platform';

/** Where the environment's secrets live, and how the operator in the cluster names that place. */
export interface SecretStore {
  /** Azure Key Vault, AWS Secrets Manager or 1Password, behind a `ClusterSecretStore` of the platform team. */
  readonly kind: 'azure-key-vault' | 'aws-secrets-manager' | 'onepassword';
  /** Name of the `ClusterSecretStore`. */
  readonly name: string;
}

/** One secret in the environment's store. Two references with the same name are the same secret. */
export class SecretRef {
  private constructor(public readonly name: string) {}

  /**
   * @param name as it stands in the store: letters, digits and hyphens (what a Key Vault accepts), at most 127
   * @throws Error for a name that a Key Vault would refuse
   */
  public static named(name: string): SecretRef {
    if (!/^[a-zA-Z0-9-]{1,127}$/.test(name)) {
      throw new Error(
        `secret name ${JSON.stringify(name)}: a Key Vault accepts letters, digits and hyphens, at most 127; rename it`,
      );
    }
    return new SecretRef(name);
  }
}

/** A key of a Kubernetes Secret, as an environment variable or a mounted file names it. */
export interface SecretKey {
  readonly secretName: string;
  readonly key: string;
}

/** How often a changed secret is fetched from the store; an hour bounds how long a rotated one lives on. */
const REFRESH_INTERVAL = '1h';

/** The Kubernetes Secret of one component, filled from the environment's store. */
export class ComponentSecrets {
  /** Name in the environment's store, by key. */
  private readonly keys = new Map<string, string>();
  private object: ExternalSecret | undefined;

  public constructor(
    private readonly scope: Construct,
    private readonly secretName: string,
  ) {}

  /** The key under which the component finds the secret; the first call makes the `ExternalSecret`. */
  public key(ref: SecretRef, key: string): SecretKey {
    this.keys.set(key, ref.name);
    this.object ??= this.makeObject();
    return { secretName: this.secretName, key };
  }

  private makeObject(): ExternalSecret {
    const store = Platform.of(this.scope).secretStore;
    const keys = this.keys;
    return new ExternalSecret(this.scope, 'external-secret', {
      metadata: { name: this.secretName },
      spec: {
        refreshInterval: REFRESH_INTERVAL,
        secretStoreRef: { kind: StoreKind.CLUSTER_SECRET_STORE, name: store.name },
        target: { name: this.secretName, creationPolicy: CreationPolicy.OWNER },
        // Read when the object is rendered: keys may still be added after it was made.
        get data() {
          return [...keys]
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([secretKey, name]) => ({ secretKey, remoteRef: remoteRef(store, name) }));
        },
      },
    });
  }
}

/**
 * How the operator finds a secret: Key Vault and Secrets Manager keep one value under a name; 1Password keeps items
 * with fields, of which `password` is the one that every item has.
 */
function remoteRef({ kind }: SecretStore, name: string): { key: string; property?: string } {
  return kind === 'onepassword' ? { key: name, property: 'password' } : { key: name };
}
