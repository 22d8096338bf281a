/** kubeconform: a second opinion on the manifests' schemas. */
import { goInstall } from './go-build';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '0.8.0';

export const kubeconform = {
  name: 'kubeconform',
  version: VERSION,
  purpose: 'a second judge of manifests by their schemas',
  requires: [needs.go('1.26')],
  recipe: goInstall({
    module: 'github.com/yannh/kubeconform',
    version: `v${VERSION}`,
    programs: { kubeconform: 'cmd/kubeconform' },
    variables: { 'main.version': `v${VERSION}` },
  }),
  outputs: ['kubeconform'],
  main: 'kubeconform',
  checks: [{ run: ['kubeconform', '-v'], prints: `v${VERSION}` }],
  onRequest: true,
} as const satisfies Tool;
