/**
 * Who may do what in Kafka, derived from the topics' writers and readers: users, access rules, and the lines by which
 * brokers know the passwords. What no rule allows is denied. Pure.
 */
import type { Problem } from '../core/config-error';
import type { KafkaTopic, KafkaUser } from './kafka-buffer';

/** One allowance, in Kafka's words: `GROUP replay PREFIXED otel-replay READ`. */
export interface AclRule {
  readonly resource: 'TOPIC' | 'GROUP';
  readonly name: string;
  readonly pattern: 'LITERAL' | 'PREFIXED';
  readonly user: string;
  readonly operation: 'READ' | 'WRITE' | 'DESCRIBE';
}

/** Clients in the cluster with TLS, those that speak none, and readers outside. */
export type ClientListener = 'clients' | 'plainClients' | 'external';

export interface KafkaAccess {
  /** Whose passwords each listener accepts, each user once, in the order of their names. */
  readonly users: Readonly<Record<ClientListener, readonly KafkaUser[]>>;
  readonly rules: readonly AclRule[];
}

export interface BuiltInUsers {
  /** Creates topics and rules: may do everything. */
  readonly admin: KafkaUser;
  /** Describes topics and groups, for metrics. */
  readonly monitor: KafkaUser;
}

export function accessOf(topics: readonly KafkaTopic[], builtIn: BuiltInUsers): KafkaAccess {
  const usersOf = (wanted: ClientListener): KafkaUser[] =>
    topics.flatMap((topic) =>
      clientsOf(topic).flatMap(({ user, listener }) => (listener === wanted ? [user] : [])),
    );
  return {
    users: {
      clients: distinctUsers([builtIn.admin, builtIn.monitor, ...usersOf('clients')]),
      plainClients: distinctUsers(usersOf('plainClients')),
      external: distinctUsers(usersOf('external')),
    },
    rules: distinctRules([
      // Write and Read include Describe. The monitor reads offsets of all topics and groups, never a record.
      { resource: 'TOPIC', name: '*', pattern: 'LITERAL', user: builtIn.monitor.name, operation: 'DESCRIBE' },
      { resource: 'GROUP', name: '*', pattern: 'LITERAL', user: builtIn.monitor.name, operation: 'DESCRIBE' },
      ...topics.flatMap(rulesOf),
    ]),
  };
}

/** Over which listener those come who write a topic, or read it. */
export function listenerOf(topic: KafkaTopic, access: 'write' | 'read'): ClientListener {
  if (access === 'read' && topic.readersOutside === true) return 'external';
  return topic.plainText === undefined ? 'clients' : 'plainClients';
}

/** Those that somebody uses: no other is opened. */
export function usedListeners({ users }: KafkaAccess): ClientListener[] {
  return (['clients', 'plainClients', 'external'] as const).filter((listener) => users[listener].length > 0);
}

/** Everybody who logs in, whose password the brokers need; the administrator first. */
export function everyUser({ users }: KafkaAccess, admin: KafkaUser): [KafkaUser, ...KafkaUser[]] {
  return [admin, ...Object.values(users).flat()];
}

function rulesOf(topic: KafkaTopic): AclRule[] {
  const onTopic = { resource: 'TOPIC', name: topic.name, pattern: 'LITERAL' } as const;
  return [
    ...topic.writers.map((user): AclRule => ({ ...onTopic, user: user.name, operation: 'WRITE' })),
    ...topic.readers.flatMap(({ user, groups }): AclRule[] => [
      { ...onTopic, user: user.name, operation: 'READ' },
      ...groups.map((group): AclRule => ({
        resource: 'GROUP',
        ...('name' in group
          ? { name: group.name, pattern: 'LITERAL' }
          : { name: group.prefix, pattern: 'PREFIXED' }),
        user: user.name,
        operation: 'READ',
      })),
    ]),
  ];
}

/**
 * The JAAS line that makes a listener know these users. The passwords stay in files: Kafka's directory provider puts
 * them in when it reads its configuration, and shows the value as hidden in its log.
 */
export function serverJaas(users: readonly KafkaUser[], passwordDir: string): string {
  const known = users.map((user) => `user_${user.name}="${passwordPlaceholder(user, passwordDir)}"`);
  return `${PLAIN_LOGIN} required ${known.join(' ')};`;
}

/** The JAAS line with which a Java client logs in. */
export function clientJaas(user: KafkaUser, passwordDir: string): string {
  return `${PLAIN_LOGIN} required username="${user.name}" password="${passwordPlaceholder(user, passwordDir)}";`;
}

const PLAIN_LOGIN = 'org.apache.kafka.common.security.plain.PlainLoginModule';

function passwordPlaceholder(user: KafkaUser, passwordDir: string): string {
  return `\${directory:${passwordDir}:${user.password.name}}`;
}

/** What lets `${directory:…}` read files of one folder and no others. */
export function directoryProvider(allowedDir: string): Readonly<Record<string, string>> {
  return {
    'config.providers.directory.class': 'org.apache.kafka.common.config.provider.DirectoryConfigProvider',
    'config.providers.directory.param.allowed.paths': allowedDir,
  };
}

const USER_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

export function accessMistakes(
  topics: readonly KafkaTopic[],
  builtIn: BuiltInUsers,
): Omit<Problem, 'path'>[] {
  const mistakes: Omit<Problem, 'path'>[] = [];
  const seen = new Map<string, { readonly password: string; readonly listener: ClientListener }>();
  for (const user of [builtIn.admin, builtIn.monitor]) {
    seen.set(user.name, { password: user.password.name, listener: 'clients' });
  }
  for (const topic of topics) {
    const property = `topics.${topic.name}`;
    if (topic.writers.length === 0) {
      mistakes.push({
        property: `${property}.writers`,
        value: [],
        rule: 'a topic that nobody may write stays empty',
        remedy: 'name its writers, or leave the topic out',
      });
    }
    for (const { user, listener } of clientsOf(topic)) {
      const known = seen.get(user.name);
      seen.set(user.name, known ?? { password: user.password.name, listener });
      if (!USER_NAME.test(user.name)) {
        mistakes.push({
          property,
          value: user.name,
          rule: 'a user is named with lower-case words joined by hyphens',
          remedy: 'rename the user, e.g. otel-ingress',
        });
      }
      if (user.name === builtIn.admin.name || user.name === builtIn.monitor.name) {
        mistakes.push({
          property,
          value: user.name,
          rule: 'this name belongs to a user of the platform, who may do more than write or read one topic',
          remedy: 'give the client a user of its own',
        });
      } else if (known !== undefined && known.password !== user.password.name) {
        mistakes.push({
          property,
          value: user.name,
          rule: `one user has one password, and ${user.name} already has the secret ${known.password}`,
          remedy: 'use the same secret, or two users',
        });
      } else if (known !== undefined && known.listener !== listener) {
        mistakes.push({ property, value: user.name, ...whyApart([known.listener, listener]) });
      }
    }
  }
  return mistakes;
}

/** Why one user does not log in on both. */
function whyApart(listeners: readonly ClientListener[]): Pick<Problem, 'rule' | 'remedy'> {
  return listeners.includes('plainClients')
    ? {
        rule: 'a password that crosses the network without TLS opens nothing that TLS protects',
        remedy: 'use one user for the topics without TLS and another for the rest',
      }
    : {
        rule: 'a password that somebody outside the cluster holds opens nothing inside it',
        remedy: 'use one user for the readers outside and another for clients inside',
      };
}

function clientsOf(
  topic: KafkaTopic,
): readonly { readonly user: KafkaUser; readonly listener: ClientListener }[] {
  return [
    ...topic.writers.map((user) => ({ user, listener: listenerOf(topic, 'write') })),
    ...topic.readers.map(({ user }) => ({ user, listener: listenerOf(topic, 'read') })),
  ];
}

function distinctUsers(users: readonly KafkaUser[]): KafkaUser[] {
  const byName = new Map(users.map((user) => [user.name, user]));
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, user]) => user);
}

function distinctRules(rules: readonly AclRule[]): AclRule[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}
