/** kube-score: an outside view on how well the manifests follow the field's habits. */
import { goInstall } from './go-build';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '1.20.0';

export const kubeScore = {
  name: 'kube-score',
  version: VERSION,
  purpose: 'an outside judge of the manifests’ hardening',
  requires: [needs.go('1.23.1')],
  recipe: goInstall({
    module: 'github.com/zegl/kube-score',
    version: `v${VERSION}`,
    programs: { 'kube-score': 'cmd/kube-score' },
    variables: { 'main.version': VERSION },
  }),
  outputs: ['kube-score'],
  main: 'kube-score',
  checks: [{ run: ['kube-score', 'version'], prints: `version: ${VERSION}` }],
  onRequest: true,
} as const satisfies Tool;
