/** Redis: its streams are a peer of the telemetry stack's broker. */
import { debianPrograms } from './debian-package';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '7.0.15';

export const redis = {
  name: 'redis',
  version: VERSION,
  purpose: 'a peer of the broker in the benchmarks (Debian’s version)',
  requires: [needs.debian('12')],
  recipe: debianPrograms({
    package: 'redis-server',
    version: VERSION,
    programs: { 'redis-server': 'usr/bin/redis-server', 'redis-cli': 'usr/bin/redis-cli' },
    with: ['redis-tools', 'libatomic1', 'libjemalloc2', 'liblzf1', 'libssl3'],
  }),
  outputs: ['bin/redis-server', 'bin/redis-cli'],
  main: 'bin/redis-server',
  checks: [
    { run: ['bin/redis-server', '--version'], prints: `v=${VERSION}` },
    { run: ['bin/redis-cli', '--version'], prints: VERSION },
  ],
  onRequest: true,
} as const satisfies Tool;
