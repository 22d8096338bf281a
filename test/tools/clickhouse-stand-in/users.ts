/** The users' file: who may log in with which password, under which settings and grants. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { list, section, text, type Section, type Value } from './section';

export interface User {
  readonly name: string;
  readonly passwordSha256: Buffer;
  readonly profile: string;
  /** The profile's settings, as they are set at log-in. */
  readonly settings: Readonly<Record<string, string>>;
  /** `GRANT … ON …`, for the engine. */
  readonly grants: readonly string[];
}

interface Context {
  readonly environment: NodeJS.ProcessEnv;
  readonly defaultProfile: string;
}

const KNOWN_KEYS = ['password', 'password_sha256_hex', 'networks', 'profile', 'grants'];
/** All that our files say of networks; who may reach the port is the network policies' affair. */
const ANYWHERE = '::/0';

/** @throws Error naming user, key and remedy */
export function readUsers(
  file: Section,
  path: string,
  context: Context,
): { readonly users: ReadonlyMap<string, User>; readonly profiles: Section } {
  const profiles = section(file.profiles);
  const users = Object.entries(section(file.users)).map(([name, value]) => {
    const user = section(value);
    const where = `${path}: users.${name}`;
    const unknown = Object.keys(user).find((key) => !KNOWN_KEYS.includes(key));
    if (unknown !== undefined)
      throw new Error(`${where}.${unknown}: the stand-in knows ${KNOWN_KEYS.join(', ')}`);
    if (section(user.networks).ip !== ANYWHERE) {
      throw new Error(`${where}.networks: the stand-in tells no networks apart; it knows ip: ${ANYWHERE}`);
    }
    const profile = text(user.profile) ?? context.defaultProfile;
    return {
      name,
      passwordSha256: passwordOf(user, where, context.environment),
      profile,
      settings: settingsOf(section(profiles[profile]), `${path}: profiles.${profile}`),
      grants: list(section(user.grants).query),
    };
  });
  return { users: new Map(users.map((user) => [user.name, user])), profiles };
}

/** The user, when there is one of that name with that password. */
export function authenticate(
  users: ReadonlyMap<string, User>,
  name: string,
  password: string,
): User | undefined {
  const user = users.get(name);
  const given = sha256(password);
  // The same work whether or not the name is known.
  const matches = timingSafeEqual(given, user?.passwordSha256 ?? sha256(`not ${password}`));
  return matches ? user : undefined;
}

/** As the server words it, which tells nobody whether it was the name or the password. */
export function authenticationFailed(name: string): { readonly code: number; readonly message: string } {
  return {
    code: 516,
    message: `${name}: Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED)`,
  };
}

function passwordOf(user: Section, where: string, environment: NodeJS.ProcessEnv): Buffer {
  const hash = resolved(user.password_sha256_hex, `${where}.password_sha256_hex`, environment);
  if (hash !== undefined) return Buffer.from(hash, 'hex');
  const password = resolved(user.password, `${where}.password`, environment);
  if (password === undefined) throw new Error(`${where}: no password; give password or password_sha256_hex`);
  return sha256(password);
}

/** A value, or the variable of the environment that holds it. */
function resolved(
  value: Value | undefined,
  where: string,
  environment: NodeJS.ProcessEnv,
): string | undefined {
  if (typeof value === 'string') return value;
  const variable = section(value)['@from_env'];
  if (typeof variable !== 'string') return undefined;
  const found = environment[variable];
  if (found === undefined) throw new Error(`${where}: ${variable} is not in the environment`);
  return found;
}

function settingsOf(profile: Section, where: string): Readonly<Record<string, string>> {
  const settings = Object.entries(profile).filter(([name]) => name !== 'constraints');
  return Object.fromEntries(
    settings.map(([name, value]) => {
      if (name === 'profile' || typeof value === 'object') {
        throw new Error(`${where}.${name}: the stand-in knows settings and constraints`);
      }
      return [name, String(value)];
    }),
  );
}

function sha256(password: string): Buffer {
  return createHash('sha256').update(password).digest();
}
