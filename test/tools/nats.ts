/** NATS: a peer of the telemetry stack's broker. */
import { goInstall } from './go-build';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '2.12.0';

export const nats = {
  name: 'nats',
  version: VERSION,
  purpose: 'a peer of the broker in the benchmarks',
  requires: [needs.go('1.24.7')],
  recipe: goInstall({
    module: 'github.com/nats-io/nats-server/v2',
    version: `v${VERSION}`,
    programs: { 'nats-server': '.' },
  }),
  outputs: ['nats-server'],
  main: 'nats-server',
  checks: [{ run: ['nats-server', '--version'], prints: `v${VERSION}` }],
  onRequest: true,
} as const satisfies Tool;
