/** kube-state-metrics: the metrics of a cluster's objects, from its API server. */
import { goRepeatedModule } from './go-build';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '2.18.0';

export const kubeStateMetrics = {
  name: 'kube-state-metrics',
  version: VERSION,
  purpose: 'gives the control plane’s objects as metrics',
  requires: [needs.go('1.24.5')],
  // `go install` asks for the list of all versions, which is not to be had.
  recipe: goRepeatedModule({
    module: 'k8s.io/kube-state-metrics/v2',
    version: `v${VERSION}`,
    programs: { 'kube-state-metrics': '.' },
    variables: { 'github.com/prometheus/common/version.Version': `v${VERSION}` },
  }),
  outputs: ['kube-state-metrics'],
  main: 'kube-state-metrics',
  checks: [{ run: ['kube-state-metrics', 'version'], prints: `version v${VERSION}` }],
} as const satisfies Tool;
