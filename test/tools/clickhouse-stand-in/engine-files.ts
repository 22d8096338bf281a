/**
 * The server's files as the engine takes them: XML, and users who cannot log in. chdb runs everything as the user
 * `default`, so each declared user is there twice: under its name, for views that have it as their definer, and as a
 * role with the same grants, which is what its queries run with.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toXml } from '../../proof/clickhouse/server-files';
import type { Section } from './section';
import type { ServerConfig } from './server-config';
import type { User } from './users';

/** Of the stand-in's own questions: columns of tables, metrics. */
export const OWN_ROLE = 'stand_in';

/** A container of the loopback cluster has no /sys, of which the engine would complain at length. */
const NO_CGROUPS = { memory_worker_use_cgroup: false };

const NETWORKS = { ip: '::/0' };

export function roleOf({ name }: Pick<User, 'name'>): string {
  return `as_${name}`;
}

/** @returns the path of the engine's configuration */
export function writeEngineFiles(config: ServerConfig, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const usersPath = join(folder, 'users.xml');
  const configPath = join(folder, 'config.xml');
  writeFileSync(usersPath, xml(engineUsers(config)));
  const own = { user_directories: { users_xml: { path: usersPath } }, ...NO_CGROUPS };
  writeFileSync(configPath, xml({ ...config.engine, ...own }));
  return configPath;
}

function engineUsers({ users, profiles }: ServerConfig): Section {
  const declared = [...users.values()];
  const roles = [...declared.map(roleOf), OWN_ROLE];
  const asRoles = declared.map(
    (user) => [roleOf(user), { grants: { query: roleGrants(user, users) } }] as const,
  );
  return {
    profiles: { default: {}, ...profiles },
    roles: { ...Object.fromEntries(asRoles), [OWN_ROLE]: { grants: { query: 'GRANT ALL ON *.*' } } },
    users: {
      ...Object.fromEntries(
        declared.map(({ name, profile, grants }) => [
          name,
          { password: '', profile, networks: NETWORKS, grants: { query: grants } },
        ]),
      ),
      default: {
        password: '',
        profile: 'default',
        networks: NETWORKS,
        grants: { query: `GRANT ${roles.join(', ')}` },
      },
    },
  };
}

/** A user may make views that run as itself. The role is not that user, and needs to be told so. */
function roleGrants({ name, grants, settings }: User, users: ReadonlyMap<string, User>): readonly string[] {
  const definer = settings.default_view_definer;
  return definer === name && users.has(name) ? [...grants, `GRANT SET DEFINER ON ${name}`] : grants;
}

function xml(document: Section): string {
  return toXml(document, () => undefined);
}
