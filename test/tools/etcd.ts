/** etcd: the API server's store. */
import { goRepeatedModule } from './go-build';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '3.6.5';

export const etcd = {
  name: 'etcd',
  version: VERSION,
  purpose: 'keeps the control plane’s objects',
  requires: [needs.go('1.24.7')],
  recipe: goRepeatedModule({
    module: 'go.etcd.io/etcd/server/v3',
    version: `v${VERSION}`,
    programs: { etcd: '.' },
  }),
  outputs: ['etcd'],
  main: 'etcd',
  checks: [{ run: ['etcd', '--version'], prints: `etcd Version: ${VERSION}` }],
} as const satisfies Tool;
