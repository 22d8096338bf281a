/** Helm: renders the emitted charts, whose objects must equal the plain manifests. */
import { goInstall } from './go-build';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '3.22.0';

export const helm = {
  name: 'helm',
  version: VERSION,
  purpose: 'renders the emitted charts',
  requires: [needs.go('1.26')],
  recipe: goInstall({
    module: 'helm.sh/helm/v3',
    version: `v${VERSION}`,
    programs: { helm: 'cmd/helm' },
    variables: { 'helm.sh/helm/v3/internal/version.version': `v${VERSION}` },
  }),
  outputs: ['helm'],
  main: 'helm',
  checks: [{ run: ['helm', 'version', '--short'], prints: `v${VERSION}` }],
} as const satisfies Tool;
