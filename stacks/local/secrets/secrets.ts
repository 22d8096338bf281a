/**
 * The Secrets that operators would make of an environment's manifests: values that a store would have held, and
 * certificates. Generated at the first start, kept for the later ones.
 */
import { randomBytes } from 'node:crypto';
import { formatResource, type Manifest } from '../../../policies/manifest';
import { namespacedName, textAt } from '../../manifest-data';
import { certificateSecrets } from './certificates';
import type { LeftOut } from '../cluster-plan';
import { Obstacle } from '../plan/plan-obstacle';
import { externalSecretData } from './secrets-external';
import { readSecretsFile, writeSecretsFile } from './secrets-file';

/** Key → value. */
export type SecretData = Readonly<Record<string, string>>;

export interface LocalSecrets {
  /** By `namespace/name`. */
  readonly secrets: ReadonlyMap<string, SecretData>;
  /** Of which nothing could be made; pods that need them say so too. */
  readonly leftOut: readonly LeftOut[];
}

/** 32 bytes as hexadecimal digits: nothing in them means something to a URL, a header, a shell or a command line. */
const SECRET_BYTES = 32;

/**
 * @param folder of this environment and this user; made when it is not there
 * @param now decides which certificates are near their end
 * @throws OutputError when what is kept there cannot be used
 */
export function localSecrets(folder: string, objects: readonly Manifest[], now: Date): LocalSecrets {
  const kept = readSecretsFile(folder);
  const values = new Map(Object.entries(kept.values));
  const valueOf = (name: string): string => {
    const value = values.get(name) ?? randomBytes(SECRET_BYTES).toString('hex');
    values.set(name, value);
    return value;
  };
  const leftOut: LeftOut[] = [];
  const secrets = new Map<string, SecretData>();
  for (const object of objects.filter(({ kind }) => kind === 'ExternalSecret')) {
    try {
      const name = textAt(object, 'spec', 'target', 'name') ?? object.metadata.name;
      secrets.set(
        namespacedName(object.metadata.namespace, name),
        externalSecretData(object, objects, valueOf),
      );
    } catch (error) {
      if (!(error instanceof Obstacle)) throw error;
      leftOut.push({
        what: formatResource({ kind: object.kind, ...object.metadata }),
        because: error.message,
      });
    }
  }
  const certificates = certificateSecrets(objects, kept.certificates, now);
  for (const [name, data] of certificates.secrets) secrets.set(name, data);
  writeSecretsFile(folder, kept, {
    values: Object.fromEntries(values),
    certificates: { ...kept.certificates, ...certificates.issued },
  });
  return { secrets, leftOut: [...leftOut, ...certificates.leftOut] };
}
