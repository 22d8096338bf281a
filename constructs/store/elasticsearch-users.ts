/**
 * Who may do what with Elasticsearch, as code: each program has a user of its own with a role that allows its work and
 * no more. There is no superuser: the built-in users are switched off.
 *
 * They stand in the nodes' files (the file realm) rather than in an index written through the API. So they hold from the
 * first second, when there is no cluster yet; nobody needs a superuser to make them; they cannot be changed from outside,
 * and they still hold while the cluster is red. Elastic's own operator does the same. The price: a new password
 * takes a rolling restart. In an emergency, `elasticsearch-users useradd` in a pod makes a superuser of that node until
 * it restarts.
 * Source: Elasticsearch 9, "File-based user authentication", "Security privileges", "Built-in roles".
 */
import type { SecretRef } from '../core/secrets';

/** `hyperion_` roles are ours, the others are built into Elasticsearch. */
export const ELASTICSEARCH_USERS = {
  filebeat: 'hyperion_writer',
  kibana: 'kibana_system',
  dashboards: 'kibana_admin',
  setup: 'hyperion_setup',
  monitor: 'hyperion_monitor',
  curator: 'hyperion_curator',
} as const;

export type ElasticsearchProgram = keyof typeof ELASTICSEARCH_USERS;
export type ElasticsearchPasswords = Readonly<Record<ElasticsearchProgram, SecretRef>>;

/** Somebody who looks at logs in Kibana. */
export interface ElasticsearchPerson {
  /** Lower-case letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  readonly password: SecretRef;
  /** Whether he only looks, or also changes dashboards. */
  readonly role: 'viewer' | 'editor';
}

export interface UserEntry {
  readonly name: string;
  readonly role: string;
  readonly password: SecretRef;
}

interface Role {
  readonly cluster: readonly string[];
  readonly indices: readonly { readonly names: readonly string[]; readonly privileges: readonly string[] }[];
}

/** Names of Elasticsearch's own users, which a person must not bear: a log would name the wrong one. */
const BUILT_IN = ['elastic', 'kibana_system', 'logstash_system', 'beats_system', 'apm_system'];
const PERSON = /^[a-z][a-z0-9._-]*$/;

export function everyUser(
  passwords: ElasticsearchPasswords,
  people: readonly ElasticsearchPerson[],
  curates: boolean,
): readonly UserEntry[] {
  const programs = Object.entries(ELASTICSEARCH_USERS) as [ElasticsearchProgram, string][];
  return [
    ...programs
      .filter(([name]) => curates || name !== 'curator')
      .map(([name, role]) => ({ name, role, password: passwords[name] })),
    ...people,
  ];
}

/** Why the name cannot be a person's, or undefined. */
export function mistakeInPerson(name: string): string | undefined {
  if (!PERSON.test(name)) return "a name is lower-case letters, digits, '.', '_' and '-', the first a letter";
  if (name in ELASTICSEARCH_USERS || BUILT_IN.includes(name)) return `${name} is the name of a program`;
  return undefined;
}

/** The file `roles.yml`. */
export function renderRoles(target: string, curates: boolean): Readonly<Record<string, Role>> {
  const indices = [target, `${target}-*`, `.ds-${target}-*`];
  return {
    // It may add lines, and neither read, change nor delete any; the view of the stream is for the wait at its start.
    hyperion_writer: {
      cluster: ['monitor'],
      indices: [{ names: [target], privileges: ['create_doc', 'view_index_metadata'] }],
    },
    hyperion_monitor: {
      cluster: ['monitor', 'read_slm'],
      indices: [{ names: ['*'], privileges: ['monitor'] }],
    },
    hyperion_setup: {
      cluster: [
        'monitor',
        'manage_ilm',
        'manage_index_templates',
        'manage_slm',
        'create_snapshot',
        'cluster:admin/repository/*',
      ],
      indices: [{ names: indices, privileges: ['manage'] }],
    },
    ...(curates
      ? {
          hyperion_curator: {
            cluster: ['monitor'],
            indices: [{ names: indices, privileges: ['manage'] }],
          },
        }
      : {}),
  };
}
