/** Loki, with the canary that writes and reads through it. */
import { CATALOG } from '../../constructs/core/catalog';
import { goRepeatedModule } from './go-build';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = CATALOG.loki.version;
const MODULE = 'github.com/grafana/loki/v3';

export const loki = {
  name: 'loki',
  version: VERSION,
  purpose: 'judges and runs Loki’s configuration',
  // Loki's go.mod asks for exactly this one.
  requires: [needs.go('1.26.5')],
  recipe: goRepeatedModule({
    module: MODULE,
    version: `v${VERSION}`,
    programs: { loki: 'cmd/loki', 'loki-canary': 'cmd/loki-canary' },
    variables: { [`${MODULE}/pkg/util/build.Version`]: VERSION },
  }),
  outputs: ['loki', 'loki-canary'],
  memoryGiB: 4,
  main: 'loki',
  checks: [
    { run: ['loki', '-version'], prints: `version ${VERSION}` },
    { run: ['loki-canary', '-version'], prints: `version ${VERSION}` },
  ],
} as const satisfies Tool;
