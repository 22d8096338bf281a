/** amtool, Alertmanager's own judge of its configuration. */
import { CATALOG } from '../../constructs/core/catalog';
import { goInstall } from './go-build';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = CATALOG.alertmanager.version;

export const amtool = {
  name: 'amtool',
  version: VERSION,
  purpose: 'judges Alertmanager’s configuration',
  requires: [needs.go('1.25')],
  recipe: goInstall({
    module: 'github.com/prometheus/alertmanager',
    version: `v${VERSION}`,
    programs: { amtool: 'cmd/amtool' },
    variables: { 'github.com/prometheus/common/version.Version': VERSION },
  }),
  outputs: ['amtool'],
  main: 'amtool',
  checks: [{ run: ['amtool', '--version'], prints: `version ${VERSION}` }],
} as const satisfies Tool;
