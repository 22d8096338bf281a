/** Kubernetes' control plane and kubectl, at the version of the middle one of the schemas (`kubernetes-schemas.ts`). */
import { goRepeatedModule } from './go-build';
import { needs } from './requirement';
import type { Tool } from './tool';

const MINOR = '35';
const PATCH = '4';
const VERSION = `1.${MINOR}.${PATCH}`;

const PROGRAMS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'] as const;

export const kubernetes = {
  name: 'kubernetes',
  version: VERSION,
  purpose: 'admits and schedules every environment’s objects',
  requires: [needs.go('1.25')],
  recipe: goRepeatedModule({
    module: 'k8s.io/kubernetes',
    version: `v${VERSION}`,
    // Its go.mod points at the folders under staging/, which are published as k8s.io/api and so on, as v0.<minor>.<patch>.
    foldersPublishedAs: `v0.${MINOR}.${PATCH}`,
    programs: Object.fromEntries(PROGRAMS.map((name) => [name, `cmd/${name}`])),
    // Without these the server says v0.0.0, and clients refuse it.
    variables: Object.fromEntries(
      ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((module) => [
        [`${module}.gitVersion`, `v${VERSION}`],
        [`${module}.gitMajor`, '1'],
        [`${module}.gitMinor`, MINOR],
        [`${module}.gitTreeState`, 'clean'],
      ]),
    ),
  }),
  outputs: PROGRAMS,
  memoryGiB: 4,
  main: '.',
  checks: [
    { run: ['kube-apiserver', '--version'], prints: `Kubernetes v${VERSION}` },
    { run: ['kube-controller-manager', '--version'], prints: `Kubernetes v${VERSION}` },
    { run: ['kube-scheduler', '--version'], prints: `Kubernetes v${VERSION}` },
    { run: ['kubectl', 'version', '--client'], prints: `Client Version: v${VERSION}` },
  ],
} as const satisfies Tool;
