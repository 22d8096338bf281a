/** node-exporter: the metrics of the machine that every cluster's agent scrapes. */
import { goInstall } from './go-build';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '1.12.1';

export const nodeExporter = {
  name: 'node-exporter',
  version: VERSION,
  purpose: 'gives this machine’s metrics',
  requires: [needs.go('1.25')],
  recipe: goInstall({
    module: 'github.com/prometheus/node_exporter',
    version: `v${VERSION}`,
    programs: { node_exporter: '.' },
    variables: { 'github.com/prometheus/common/version.Version': VERSION },
  }),
  outputs: ['node_exporter'],
  main: 'node_exporter',
  checks: [{ run: ['node_exporter', '--version'], prints: `version ${VERSION}` }],
} as const satisfies Tool;
