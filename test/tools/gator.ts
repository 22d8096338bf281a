/** gator: Gatekeeper's command line, applies its constraints to manifests without a cluster. */
import { goInstall } from './go-build';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '3.17.0';
const MODULE = 'github.com/open-policy-agent/gatekeeper/v3';

export const gator = {
  name: 'gator',
  version: VERSION,
  purpose: 'judges Gatekeeper’s constraints',
  requires: [needs.go('1.22')],
  recipe: goInstall({
    module: MODULE,
    version: `v${VERSION}`,
    programs: { gator: 'cmd/gator' },
    variables: { [`${MODULE}/pkg/version.Version`]: `v${VERSION}` },
  }),
  outputs: ['gator'],
  main: 'gator',
  checks: [{ run: ['gator', '--version'], prints: `v${VERSION}` }],
  onRequest: true,
} as const satisfies Tool;
