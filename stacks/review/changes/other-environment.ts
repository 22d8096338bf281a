/**
 * Another environment under this one's name, so that what differs only because each bears its own name is no difference.
 */
import type { Manifest } from '../../../policies/manifest';
import type { Baseline } from './baseline';

/** The name, also where others begin with it (`hub-config`), but not where it ends or stands within one (`github`). */
function nameIn(environment: string): RegExp {
  return new RegExp(`(?<![\\w-])${environment.replaceAll('.', '\\.')}(?![\\w])`, 'g');
}

export function asNamedLike(baseline: Baseline, environment: string): Baseline {
  const name = nameIn(baseline.environment);
  const renamed = <T>(value: T): T =>
    baseline.environment === environment ? value : (rename(value, name, environment) as T);
  return {
    ...baseline,
    objects: baseline.objects.map(({ component, object }) => ({
      component: renamed(component),
      object: renamed<Manifest>(object),
    })),
    graph: renamed(baseline.graph),
  };
}

function rename(value: unknown, name: RegExp, environment: string): unknown {
  if (typeof value === 'string') return value.replace(name, environment);
  if (Array.isArray(value)) return value.map((element) => rename(element, name, environment));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      rename(key, name, environment) as string,
      rename(member, name, environment),
    ]),
  );
}
