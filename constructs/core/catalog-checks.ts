/**
 * Whether the components of an environment are still supported by their makers and fit together. What is past its end
 * of life needs a waiver that somebody answers for and that ends.
 */
import { imageOf, type CatalogEntry } from './catalog';
import type { Problem } from './config-error';
import { containersOf } from './images';
import type { Platform } from './platform';
import { Task } from './task';
import { Workload } from './workload';

/** Lets one component run past its end of life. */
export interface Waiver {
  /** Name in the catalogue. */
  readonly component: string;
  /** Why it cannot be replaced yet. */
  readonly reason: string;
  /** The team that answers for it. */
  readonly owner: string;
  /** The first day on which it no longer holds, as `2027-01-31`. */
  readonly expires: string;
}

/** Components that go together, or do not. */
export interface CompatibilityRule {
  readonly component: string;
  /** First version that the rule speaks about. @default every version */
  readonly from?: string;
  /** First version that it no longer speaks about. @default none */
  readonly below?: string;
  /** Only where it runs as several workloads (microservices). @default false */
  readonly inParts?: boolean;
  readonly needs?: string;
  readonly excludes?: string;
  /** The rule is silent where this runs too. @default never */
  readonly unless?: string;
  readonly sameVersionAs?: string;
  /** Why, and where that is written. */
  readonly rule: string;
  readonly remedy: string;
}

const COMPATIBILITY: readonly CompatibilityRule[] = [
  {
    component: 'kafka',
    from: '4',
    excludes: 'zookeeper',
    // Both stand side by side while one is migrated to the other.
    unless: 'kafka-legacy',
    rule: 'Kafka 4 and newer runs without ZooKeeper (KRaft only; 3.9 was the last with it)',
    remedy: 'remove ZooKeeper, or stay on Kafka 3.9 with a waiver',
  },
  {
    component: 'kafka-legacy',
    needs: 'zookeeper',
    rule: 'the legacy Kafka keeps its metadata in ZooKeeper',
    remedy: 'add ZooKeeper, or move to Kafka 4, which needs none (docs/guides/kafka-migration.md)',
  },
  {
    component: 'tempo',
    from: '3',
    inParts: true,
    needs: 'kafka',
    rule: 'Tempo 3 as microservices takes its spans from Kafka (`ingest.kafka`)',
    remedy: 'add Kafka, or run Tempo as one workload',
  },
  {
    component: 'loki-canary',
    sameVersionAs: 'loki',
    rule: 'the canary comes from the release of the Loki that it watches',
    remedy: 'pin both to one version in the catalogue',
  },
  {
    component: 'clickhouse-keeper',
    sameVersionAs: 'clickhouse',
    rule: 'Keeper and server of ClickHouse come from one release',
    remedy: 'pin both to one version in the catalogue',
  },
  {
    component: 'kibana',
    sameVersionAs: 'elasticsearch',
    rule: 'Kibana and Elasticsearch have one version (the support matrix of Elastic)',
    remedy: 'pin both to one version in the catalogue',
  },
  {
    component: 'filebeat',
    from: '9',
    needs: 'elasticsearch',
    rule: 'Filebeat writes to Elasticsearch here',
    remedy: 'add Elasticsearch, or leave Filebeat out',
  },
  {
    component: 'filebeat',
    sameVersionAs: 'elasticsearch',
    rule: 'Filebeat and Elasticsearch have one version here (a Filebeat newer than its store is not supported)',
    remedy: 'pin both to one version in the catalogue',
  },
  {
    component: 'curator',
    from: '9',
    needs: 'elasticsearch',
    rule: "Curator's major version is locked to Elasticsearch's: 9 works with 9 only",
    remedy: 'run it beside an Elasticsearch 9, or let ILM do its work',
  },
];

export interface CatalogCheckOptions {
  /** The day to judge by, as `2026-07-31`: handed in, so that the answer can be repeated. */
  readonly asOf: string;
  readonly waivers: readonly Waiver[];
}

export interface UsedEntry {
  readonly entry: CatalogEntry;
  /** Names of the workloads and tasks that run it. */
  readonly parties: readonly string[];
}

export function checkCatalog(platform: Platform, options: CatalogCheckOptions): Problem[] {
  const used = usedEntries(platform);
  return [
    ...endOfLifeProblems(used, options),
    ...waiverProblems(used, options),
    ...compatibilityProblems(used),
  ].map((problem) => ({ ...problem, path: `${platform.environment}/${problem.path}` }));
}

/** What the environment runs, by name and version. */
export function usedEntries(platform: Platform): UsedEntry[] {
  const used = new Map<string, { entry: CatalogEntry; parties: string[] }>();
  for (const party of platform.graph.parties) {
    if (!(party instanceof Workload || party instanceof Task)) continue;
    for (const { image } of containersOf(party)) {
      const known = used.get(imageOf(image)) ?? { entry: image, parties: [] };
      used.set(imageOf(image), known);
      if (!known.parties.includes(party.id)) known.parties.push(party.id);
    }
  }
  return [...used].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

function endOfLifeProblems(used: readonly UsedEntry[], { asOf, waivers }: CatalogCheckOptions): Problem[] {
  return used
    .filter(
      ({ entry }) => hasEnded(entry, asOf) && !waivers.some((waiver) => waiver.component === entry.name),
    )
    .map(({ entry, parties }) => ({
      path: parties.join(', '),
      property: `catalog["${entry.name}"].endOfLife`,
      value: entry.endOfLife,
      rule: `${entry.name} ${entry.version} gets no security fixes after that day (today is ${asOf})`,
      remedy: `${entry.successor === undefined ? 'take a supported version' : `move to ${entry.successor}`}, or add a waiver with reason, owner and expiry`,
    }));
}

function hasEnded(entry: CatalogEntry, asOf: string): boolean {
  return entry.endOfLife !== undefined && entry.endOfLife < asOf;
}

function waiverProblems(used: readonly UsedEntry[], { asOf, waivers }: CatalogCheckOptions): Problem[] {
  return waivers.flatMap((waiver) => {
    const problem = (property: keyof Waiver, rule: string, remedy: string): Problem => ({
      path: `waiver for ${waiver.component}`,
      property,
      value: waiver[property],
      rule,
      remedy,
    });
    const problems: Problem[] = [];
    for (const property of ['reason', 'owner'] as const) {
      if (waiver[property].trim() !== '') continue;
      problems.push(
        problem(
          property,
          'a waiver carries a reason and an owner',
          property === 'reason'
            ? 'say why the component cannot be replaced yet'
            : 'name the team that answers for it',
        ),
      );
    }
    if (!isDay(waiver.expires)) {
      problems.push(problem('expires', 'an expiry is a day, written YYYY-MM-DD', 'write it like 2027-01-31'));
    } else if (waiver.expires <= asOf) {
      problems.push(
        problem(
          'expires',
          `a waiver ends on its day (today is ${asOf})`,
          `replace the component, or have ${waiver.owner} renew the waiver with a later day`,
        ),
      );
    }
    if (!used.some(({ entry }) => entry.name === waiver.component && hasEnded(entry, asOf))) {
      problems.push(
        problem(
          'component',
          'a waiver names a component that runs here and is past its end of life',
          'remove the waiver, or correct the name',
        ),
      );
    }
    return problems;
  });
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(`${text}T`);
}

export function compatibilityProblems(
  used: readonly UsedEntry[],
  rules: readonly CompatibilityRule[] = COMPATIBILITY,
): Problem[] {
  return rules.flatMap((rule) =>
    used
      .filter(({ entry, parties }) => speaksAbout(rule, entry, parties.length))
      .filter(({ entry }) => isBroken(rule, entry, used))
      .map(({ entry, parties }) => ({
        path: parties.join(', '),
        property: `catalog["${entry.name}"].version`,
        value: entry.version,
        rule: rule.rule,
        remedy: rule.remedy,
      })),
  );
}

function speaksAbout(rule: CompatibilityRule, entry: CatalogEntry, parts: number): boolean {
  return (
    entry.name === rule.component &&
    (rule.from === undefined || compareVersions(entry.version, rule.from) >= 0) &&
    (rule.below === undefined || compareVersions(entry.version, rule.below) < 0) &&
    (rule.inParts !== true || parts > 1)
  );
}

function isBroken(rule: CompatibilityRule, entry: CatalogEntry, used: readonly UsedEntry[]): boolean {
  const has = (name: string): boolean => used.some((other) => other.entry.name === name);
  const others = used.filter((other) => other.entry.name === rule.sameVersionAs);
  if (rule.unless !== undefined && has(rule.unless)) return false;
  return (
    (rule.needs !== undefined && !has(rule.needs)) ||
    (rule.excludes !== undefined && has(rule.excludes)) ||
    (others.length > 0 && others.every((other) => other.entry.version !== entry.version))
  );
}

/** Number by number; what follows a hyphen does not count. */
function compareVersions(a: string, b: string): number {
  const numbers = (version: string): number[] => (version.split('-')[0] ?? '').split('.').map(Number);
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
