/** HAProxy, in front of the classic system. */
import { debianPrograms } from './debian-package';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '2.6.12';

export const haproxy = {
  name: 'haproxy',
  version: VERSION,
  purpose: 'judges and runs HAProxy’s configuration (Debian’s version)',
  requires: [needs.debian('12')],
  recipe: debianPrograms({
    package: 'haproxy',
    version: VERSION,
    programs: { haproxy: 'usr/sbin/haproxy' },
    with: ['liblua5.3-0', 'libopentracing-c-wrapper0', 'libopentracing1', 'libssl3'],
  }),
  outputs: ['bin/haproxy'],
  main: 'bin/haproxy',
  checks: [{ run: ['bin/haproxy', '-v'], prints: `HAProxy version ${VERSION}` }],
} as const satisfies Tool;
