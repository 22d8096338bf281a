/**
 * Which secrets a platform reads, and who makes each.
 *
 * A made-up value in the place of one that somebody else knows would look right and never work: so a secret counts as
 * `generated` only where it is certain that nobody outside the platform has to know it, and as `given` otherwise.
 */
import type { Component } from '../../constructs/core/component';
import { External } from '../../constructs/core/party';
import type { Platform } from '../../constructs/core/platform';
import { TrustedAuthority } from '../../constructs/secure/trusted-authority';
import type { DatabaseDemand, SecretDemand } from '../../infra/cloud';
import { listAt, textAt } from '../manifest-data';
import type { Synthesis } from '../synthesis';

interface Certain {
  readonly database: DatabaseDemand | undefined;
  /** The operator's own word, from the stack's settings. */
  readonly generatedSecrets: readonly string[];
}

/** Keys with which a program encrypts what it alone reads, and first passwords that a person looks up in the store. */
const OF_ONE_PROGRAM: ReadonlySet<string> = new Set([
  'grafana-admin-password',
  'grafana-secret-key',
  'influxdb-admin-password',
  'kibana-report-key',
  'kibana-saved-object-key',
  'kibana-session-key',
]);

export function secretDemands(synthesis: Synthesis, { database, generatedSecrets }: Certain): SecretDemand[] {
  const accepted = acceptedByThePlatform(synthesis.platform);
  const authorities = readByTrustedAuthorities(synthesis);
  const made = (name: string): SecretDemand['made'] => {
    if (authorities.has(name)) return 'certificate-authority';
    const own =
      accepted.has(name) ||
      OF_ONE_PROGRAM.has(name) ||
      database?.passwordSecret === name ||
      generatedSecrets.includes(name);
    return own ? 'generated' : 'given';
  };
  return secretNames(synthesis).map((name) => ({ name, made: made(name) }));
}

/** Every name that an `ExternalSecret` looks up; sorted. */
export function secretNames(synthesis: Pick<Synthesis, 'objects'>): string[] {
  return [...new Set(synthesis.objects.flatMap(namesIn))].sort();
}

function namesIn({ object }: Synthesis['objects'][number]): string[] {
  if (object.kind !== 'ExternalSecret') return [];
  return listAt(object, 'spec', 'data').flatMap((entry) => textAt(entry, 'remoteRef', 'key') ?? []);
}

/** Both ends are the platform's: who presents it reads it from the same store as who checks it. */
function acceptedByThePlatform({ graph }: Platform): ReadonlySet<string> {
  return new Set(
    graph.endpoints
      .filter(({ owner }) => !(owner instanceof External))
      .flatMap(({ auth }) => auth.accepted.map(({ name }) => name)),
  );
}

function readByTrustedAuthorities({ platform, objects }: Synthesis): ReadonlySet<string> {
  const components = new Set(platform.components.filter(isTrustedAuthority).map(({ node }) => node.id));
  return new Set(objects.filter(({ component }) => components.has(component)).flatMap(namesIn));
}

/** Not by `instanceof`: cdk8s answers that for every chart alike. */
function isTrustedAuthority(component: Component): boolean {
  return component.constructor === TrustedAuthority;
}
