/** Kyverno's command line: applies policies to manifests without a cluster. */
import { goRepeatedModule } from './go-build';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '1.19.1';
const MODULE = 'github.com/kyverno/kyverno';

export const kyverno = {
  name: 'kyverno',
  version: VERSION,
  purpose: 'judges the policies and every manifest by them',
  // Kyverno's go.mod asks for exactly this one.
  requires: [needs.go('1.26.6')],
  recipe: goRepeatedModule({
    module: MODULE,
    version: `v${VERSION}`,
    programs: { kyverno: 'cmd/cli/kubectl-kyverno' },
    variables: { [`${MODULE}/pkg/version.BuildVersion`]: `v${VERSION}` },
  }),
  outputs: ['kyverno'],
  memoryGiB: 4,
  main: 'kyverno',
  checks: [{ run: ['kyverno', 'version'], prints: VERSION }],
} as const satisfies Tool;
