/** KWOK: plays the kubelets of simulated nodes, so that pods of a real control plane become ready or fail as told. */
import { combined } from './combined';
import { goInstall } from './go-build';
import { goModuleFiles } from './go-module-files';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '0.7.0';
const SOURCE = { module: 'sigs.k8s.io/kwok', version: `v${VERSION}` } as const;

export const kwok = {
  name: 'kwok',
  version: VERSION,
  purpose: 'simulates the nodes that the control plane schedules to',
  requires: [needs.go('1.24')],
  recipe: combined(
    goInstall({ ...SOURCE, programs: { kwok: 'cmd/kwok' } }),
    // What a node and a pod go through, given to the program with `--config`.
    goModuleFiles([{ ...SOURCE, from: 'kustomize/stage', to: 'stage', withLine: 'kind: Stage' }]),
  ),
  outputs: [
    'kwok',
    'stage/node/fast/node-initialize.yaml',
    'stage/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
    ...['pod-ready', 'pod-complete', 'pod-delete'].map((stage) => `stage/pod/fast/${stage}.yaml`),
    ...[
      'pod-create',
      'pod-init-container-running',
      'pod-init-container-completed',
      'pod-ready',
      'pod-complete',
      'pod-delete',
    ].map((stage) => `stage/pod/general/${stage}.yaml`),
    'stage/pod/chaos/pod-container-running-failed.yaml',
  ],
  main: 'kwok',
  checks: [{ run: ['kwok', '--version'], prints: `version v${VERSION}` }],
} as const satisfies Tool;
