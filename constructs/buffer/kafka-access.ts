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

export interface KafkaAccess {
  /** Users of the TLS listener, each once, in the order of their names. */
  readonly users: readonly KafkaUser[];
  /** Users of the listener without TLS. */
  readonly plainTextUsers: readonly KafkaUser[];
  readonly rules: readonly AclRule[];
}

export interface BuiltInUsers {
  /** Creates topics and rules: may do everything. */
  readonly admin: KafkaUser;
  /** Describes topics and groups, for metrics. */
  readonly monitor: KafkaUser;
}

export function accessOf(topics: readonly KafkaTopic[], builtIn: BuiltInUsers): KafkaAccess {
  const usersOf = (those: readonly KafkaTopic[]): KafkaUser[] => distinctUsers(those.flatMap(clientsOf));
  return {
    users: distinctUsers([
      builtIn.admin,
      builtIn.monitor,
      ...usersOf(topics.filter((topic) => topic.plainText === undefined)),
    ]),
    plainTextUsers: usersOf(topics.filter((topic) => topic.plainText !== undefined)),
    rules: distinctRules([
      // Write and Read include Describe. The monitor reads offsets of all topics and groups, never a record.
      { resource: 'TOPIC', name: '*', pattern: 'LITERAL', user: builtIn.monitor.name, operation: 'DESCRIBE' },
      { resource: 'GROUP', name: '*', pattern: 'LITERAL', user: builtIn.monitor.name, operation: 'DESCRIBE' },
      ...topics.flatMap(rulesOf),
    ]),
  };
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
  const seen = new Map<string, { readonly password: string; readonly plainText: boolean }>();
  for (const user of [builtIn.admin, builtIn.monitor]) {
    seen.set(user.name, { password: user.password.name, plainText: false });
  }
  for (const topic of topics) {
    const plainText = topic.plainText !== undefined;
    const property = `topics.${topic.name}`;
    if (topic.writers.length === 0) {
      mistakes.push({
        property: `${property}.writers`,
        value: [],
        rule: 'a topic that nobody may write stays empty',
        remedy: 'name its writers, or leave the topic out',
      });
    }
    for (const user of clientsOf(topic)) {
      const known = seen.get(user.name);
      seen.set(user.name, known ?? { password: user.password.name, plainText });
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
      } else if (known !== undefined && known.plainText !== plainText) {
        mistakes.push({
          property,
          value: user.name,
          rule: 'a password that crosses the network without TLS opens nothing that TLS protects',
          remedy: 'use one user for the topics without TLS and another for the rest',
        });
      }
    }
  }
  return mistakes;
}

function clientsOf(topic: KafkaTopic): KafkaUser[] {
  return [...topic.writers, ...topic.readers.map(({ user }) => user)];
}

function distinctUsers(users: readonly KafkaUser[]): KafkaUser[] {
  const byName = new Map(users.map((user) => [user.name, user]));
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, user]) => user);
}

function distinctRules(rules: readonly AclRule[]): AclRule[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}
