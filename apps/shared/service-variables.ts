/**
 * The variables that every service has. The names without a prefix are those of the system's design document.
 */
import { TRACING_VARIABLES } from './tracing-variables';
import { choice, count, duration, optional, secret, text } from './variables';

export const SERVICE_VARIABLES = {
  LISTEN_HOST: text({
    description: 'The address to listen on; a container sets 0.0.0.0',
    rule: 'an IP address or host name',
    // Whoever starts it by hand offers nothing to the network.
    default: '127.0.0.1',
  }),
  LISTEN_PORT: count({
    description: 'The port to listen on; 0 for any',
    min: 0,
    max: 65535,
    default: '8080',
  }),
  LOG_LEVEL: choice({
    description: 'The lowest level that is logged',
    of: ['debug', 'info', 'warn', 'error', 'silent'],
    default: 'info',
  }),
  HTTP_TIMEOUT: duration({
    description: 'How long a client may take to send its request',
    min: '1s',
    max: '10m',
    default: '30s',
  }),
  SERVICE_TOKEN: secret({
    description: 'What services of the stack show each other, as "Authorization: Bearer …"',
    minLength: 16,
  }),
  STOP_TIMEOUT: duration({
    description:
      'How long requests may take to end when the service stops; less than terminationGracePeriodSeconds',
    min: '100ms',
    max: '10m',
    // Kubernetes kills after 30 s; what is in memory has to be written within the rest.
    default: '20s',
  }),
  TLS_CERT_FILE: optional(
    text({ description: 'The certificate chain, PEM; together with TLS_KEY_FILE', rule: 'a path' }),
  ),
  TLS_KEY_FILE: optional(
    text({ description: 'The private key, PEM; together with TLS_CERT_FILE', rule: 'a path' }),
  ),
  ...TRACING_VARIABLES,
} as const;
