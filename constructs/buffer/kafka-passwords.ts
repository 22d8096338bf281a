/**
 * Passwords of Kafka's users as files, each named like its secret, for `${directory:…}` to read.
 */
import type { Component } from '../core/component';
import type { ContainerSpec } from '../core/container-spec';
import type { KafkaUser } from './kafka-buffer';
import { KAFKA_DIRS } from './kafka-config';

type SecretFiles = NonNullable<ContainerSpec['secretFiles']>[number];

/** At least one user; a pod sees only the passwords of those that are named. */
export function passwordFiles(
  component: Component,
  users: readonly [KafkaUser, ...(readonly KafkaUser[])],
): SecretFiles {
  const { secretName } = component.secret(users[0].password);
  return {
    mountPath: KAFKA_DIRS.passwords,
    secretName,
    keys: [...new Set(users.map((user) => component.secret(user.password).key))],
  };
}
