/** The broker in the settings of the rows. */
import type { Server } from '../load/contender';
import type { Cores } from '../load/cores';
import { startService } from './service';

export type Durability = 'memory' | 'flush' | 'fsync';

export interface BrokerSettings {
  readonly durability: Durability;
  /** So many that a round of publishing alone stays in memory; otherwise the default. */
  readonly queueSize?: number;
}

export function broker({ durability, queueSize }: BrokerSettings): (cores: Cores) => Promise<Server> {
  return (cores) =>
    startService(cores, {
      name: 'broker',
      variables: (folder) =>
        brokerVariables(folder, { durability, ...(queueSize === undefined ? {} : { queueSize }) }),
    });
}

export function brokerVariables(
  folder: string,
  { durability, queueSize }: BrokerSettings,
): Record<string, string> {
  return {
    BROKER_DATA_DIR: folder,
    DURABILITY: durability,
    ...(queueSize === undefined ? {} : { QUEUE_SIZE: String(queueSize), BROKER_MEMORY_SIZE: '4GiB' }),
  };
}
