/** nginx, the gateway in front of Loki. */
import { debianPrograms } from './debian-package';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '1.22.1';

export const nginx = {
  name: 'nginx',
  version: VERSION,
  purpose: 'judges and runs the gateway’s configuration; Debian’s stands in for nginx 1.30.4',
  requires: [needs.debian('12')],
  recipe: debianPrograms({
    package: 'nginx',
    version: VERSION,
    programs: { nginx: 'usr/sbin/nginx' },
    with: ['nginx-common', 'libssl3'],
    // mime.types, which configurations include.
    keep: ['etc/nginx'],
  }),
  outputs: ['bin/nginx', 'etc/nginx/mime.types'],
  main: 'bin/nginx',
  checks: [{ run: ['bin/nginx', '-v'], prints: `nginx/${VERSION}` }],
} as const satisfies Tool;
