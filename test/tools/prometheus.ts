/** Prometheus and promtool: judge scrape configurations and rules. */
import { goRepeatedModule } from './go-build';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '3.15.0';

export const prometheus = {
  name: 'prometheus',
  version: VERSION,
  purpose: 'judges scrape configurations, rules and rule tests',
  requires: [needs.go('1.26')],
  recipe: goRepeatedModule({
    module: 'github.com/prometheus/prometheus',
    // Prometheus 3.N.P is the module's v0.(300 + N).P.
    version: 'v0.315.0',
    programs: { prometheus: 'cmd/prometheus', promtool: 'cmd/promtool' },
    variables: { 'github.com/prometheus/common/version.Version': VERSION },
    // Service discovery of what is configured here, not the SDKs of twenty clouds. No web interface is needed either.
    tags: ['remove_all_sd', 'enable_kubernetes_sd', 'enable_dns_sd'],
  }),
  outputs: ['prometheus', 'promtool'],
  main: 'promtool',
  checks: [
    { run: ['prometheus', '--version'], prints: `version ${VERSION}` },
    { run: ['promtool', '--version'], prints: `version ${VERSION}` },
  ],
} as const satisfies Tool;
