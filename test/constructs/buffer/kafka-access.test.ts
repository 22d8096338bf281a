import {
  accessMistakes,
  accessOf,
  clientJaas,
  everyUser,
  listenerOf,
  serverJaas,
  usedListeners,
} from '../../../constructs/buffer/kafka-access';
import type { KafkaTopic, KafkaUser } from '../../../constructs/buffer/kafka-buffer';
import { SecretRef } from '../../../constructs/core/secrets';
import {
  CONSUMER,
  DEAD_LETTERS,
  EGRESS_LOGS,
  FAILOVER_LOGS,
  INGRESS,
  REPLAY,
  TEMPO,
  TEMPO_INGEST,
  user,
} from './sample';

const BUILT_IN = { admin: user('admin'), monitor: user('exporter') };

describe('access', () => {
  it('gives each client what its topics say, and nothing more', () => {
    expect(accessOf([FAILOVER_LOGS, DEAD_LETTERS], BUILT_IN).rules).toEqual([
      { resource: 'TOPIC', name: '*', pattern: 'LITERAL', user: 'exporter', operation: 'DESCRIBE' },
      { resource: 'GROUP', name: '*', pattern: 'LITERAL', user: 'exporter', operation: 'DESCRIBE' },
      {
        resource: 'TOPIC',
        name: 'failover-logs',
        pattern: 'LITERAL',
        user: 'otel-ingress',
        operation: 'WRITE',
      },
      {
        resource: 'TOPIC',
        name: 'failover-logs',
        pattern: 'LITERAL',
        user: 'otel-replay',
        operation: 'READ',
      },
      { resource: 'GROUP', name: 'replay-logs', pattern: 'LITERAL', user: 'otel-replay', operation: 'READ' },
      {
        resource: 'TOPIC',
        name: 'dead-letters',
        pattern: 'LITERAL',
        user: 'otel-replay',
        operation: 'WRITE',
      },
    ]);
  });

  it('lets a reader join groups by prefix', () => {
    expect(accessOf([TEMPO_INGEST], BUILT_IN).rules.filter(({ resource }) => resource === 'GROUP')).toEqual([
      { resource: 'GROUP', name: '*', pattern: 'LITERAL', user: 'exporter', operation: 'DESCRIBE' },
      { resource: 'GROUP', name: 'block-builder', pattern: 'LITERAL', user: 'tempo', operation: 'READ' },
      { resource: 'GROUP', name: 'tempo-live-store', pattern: 'PREFIXED', user: 'tempo', operation: 'READ' },
    ]);
  });

  it('keeps the users of each listener apart, each once and in order', () => {
    const access = accessOf([TEMPO_INGEST, EGRESS_LOGS, FAILOVER_LOGS, DEAD_LETTERS], BUILT_IN);
    const names = (users: readonly KafkaUser[]): string[] => users.map(({ name }) => name);
    expect(names(access.users.clients)).toEqual([
      'admin',
      'exporter',
      'otel-egress',
      'otel-ingress',
      'otel-replay',
    ]);
    expect(access.users.plainClients).toEqual([TEMPO]);
    expect(access.users.external).toEqual([CONSUMER]);
    expect(names(everyUser(access, BUILT_IN.admin))).toEqual([
      'admin',
      ...names(access.users.clients),
      'tempo',
      'checkpoint-logging',
    ]);
  });

  it('knows the listener of whoever writes or reads', () => {
    const listeners = (topic: KafkaTopic): string[] => [
      listenerOf(topic, 'write'),
      listenerOf(topic, 'read'),
    ];
    expect(listeners(FAILOVER_LOGS)).toEqual(['clients', 'clients']);
    expect(listeners(TEMPO_INGEST)).toEqual(['plainClients', 'plainClients']);
    expect(listeners(EGRESS_LOGS)).toEqual(['clients', 'external']);
    expect(listeners({ ...TEMPO_INGEST, readersOutside: true })).toEqual(['plainClients', 'external']);
  });

  it('opens only the listeners that somebody uses', () => {
    const used = (...topics: KafkaTopic[]): string[] => usedListeners(accessOf(topics, BUILT_IN));
    expect(used(FAILOVER_LOGS)).toEqual(['clients']);
    expect(used(EGRESS_LOGS)).toEqual(['clients', 'external']);
    expect(used(TEMPO_INGEST, EGRESS_LOGS)).toEqual(['clients', 'plainClients', 'external']);
  });

  it('names files in place of passwords', () => {
    expect(serverJaas([INGRESS, REPLAY], '/passwords')).toBe(
      'org.apache.kafka.common.security.plain.PlainLoginModule required ' +
        'user_otel-ingress="${directory:/passwords:kafka-otel-ingress}" ' +
        'user_otel-replay="${directory:/passwords:kafka-otel-replay}";',
    );
    expect(clientJaas(TEMPO, '/passwords')).toBe(
      'org.apache.kafka.common.security.plain.PlainLoginModule required ' +
        'username="tempo" password="${directory:/passwords:kafka-tempo}";',
    );
  });
});

describe('mistakes', () => {
  it('finds none in the sample', () => {
    expect(accessMistakes([FAILOVER_LOGS, DEAD_LETTERS, TEMPO_INGEST, EGRESS_LOGS], BUILT_IN)).toEqual([]);
  });

  const other: KafkaTopic = { ...DEAD_LETTERS, name: 'other' };

  it.each([
    [
      'a topic without writers',
      [{ ...DEAD_LETTERS, writers: [] }],
      {
        property: 'topics.dead-letters.writers',
        value: [],
        rule: 'a topic that nobody may write stays empty',
        remedy: 'name its writers, or leave the topic out',
      },
    ],
    [
      'a client that uses a user of the platform',
      [{ ...DEAD_LETTERS, writers: [BUILT_IN.monitor] }],
      {
        property: 'topics.dead-letters',
        value: 'exporter',
        rule: 'this name belongs to a user of the platform, who may do more than write or read one topic',
        remedy: 'give the client a user of its own',
      },
    ],
    [
      'one user with two passwords',
      [DEAD_LETTERS, { ...other, writers: [{ name: 'otel-replay', password: SecretRef.named('another') }] }],
      {
        property: 'topics.other',
        value: 'otel-replay',
        rule: 'one user has one password, and otel-replay already has the secret kafka-otel-replay',
        remedy: 'use the same secret, or two users',
      },
    ],
    [
      'a password of the TLS listener on the one without',
      [DEAD_LETTERS, { ...other, plainText: 'an old client' }],
      {
        property: 'topics.other',
        value: 'otel-replay',
        rule: 'a password that crosses the network without TLS opens nothing that TLS protects',
        remedy: 'use one user for the topics without TLS and another for the rest',
      },
    ],
    [
      'a password that is known outside on the listener inside',
      [EGRESS_LOGS, { ...other, writers: [CONSUMER] }],
      {
        property: 'topics.other',
        value: 'checkpoint-logging',
        rule: 'a password that somebody outside the cluster holds opens nothing inside it',
        remedy: 'use one user for the readers outside and another for clients inside',
      },
    ],
    [
      'a password that is known outside on the listener without TLS',
      [EGRESS_LOGS, { ...other, plainText: 'an old client', writers: [CONSUMER] }],
      {
        property: 'topics.other',
        value: 'checkpoint-logging',
        rule: 'a password that crosses the network without TLS opens nothing that TLS protects',
        remedy: 'use one user for the topics without TLS and another for the rest',
      },
    ],
    [
      'a name that is none',
      [{ ...DEAD_LETTERS, writers: [user('Otel-Replay')] }],
      {
        property: 'topics.dead-letters',
        value: 'Otel-Replay',
        rule: 'a user is named with lower-case words joined by hyphens',
        remedy: 'rename the user, e.g. otel-ingress',
      },
    ],
  ])('%s', (_what, topics, mistake) => {
    expect(accessMistakes(topics, BUILT_IN)).toEqual([mistake]);
  });
});
