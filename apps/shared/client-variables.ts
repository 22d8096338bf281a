/**
 * The variables of those services that call others. The names are those of the system's design document.
 */
import { count, text } from './variables';

export const RETRY_VARIABLES = {
  RETRY_ATTEMPTS: count({
    description: 'How often a call is tried before it counts as failed',
    min: 1,
    max: 100,
    default: '3',
  }),
  BACKOFF_FACTOR: count({
    description: 'By what the time between two attempts grows',
    min: 1,
    max: 10,
    default: '2',
  }),
} as const;

export const QUEUE_CLIENT_VARIABLES = {
  QUEUE_URL: text({
    description: 'The proxy, or a broker: both have the same interface',
    pattern: '^https?://[^/\\s?#]+/?$',
    rule: 'an address such as http://msg-queue-proxy:8080, without a path',
  }),
  QUEUE_TOPIC: text({
    description: 'The topic of the readings',
    pattern: '^[a-z0-9][a-z0-9._-]{0,99}$',
    rule: 'lower-case letters, digits, dots, hyphens and underscores',
    default: 'telemetry',
  }),
} as const;
