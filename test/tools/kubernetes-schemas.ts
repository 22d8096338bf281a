/** The OpenAPI documents (v2) of the Kubernetes versions that every manifest must satisfy. */
import { goModuleFiles } from './go-module-files';
import { needs } from './requirement';
import type { Tool } from './tool';

/** Minor version, which names the output → the newest patch release that is to be had as a Go module. */
const RELEASES = { '1.34': '1.34.4', '1.35': '1.35.4', '1.36': '1.36.3' } as const;

export const kubernetesSchemas = {
  name: 'kubernetes-schemas',
  version: Object.values(RELEASES).join('+'),
  purpose: 'Kubernetes’ own schemas, one <minor>.json each',
  requires: [needs.go('1.25')],
  recipe: goModuleFiles(
    Object.entries(RELEASES).map(([minor, release]) => ({
      module: 'k8s.io/kubernetes',
      version: `v${release}`,
      from: 'api/openapi-spec/swagger.json',
      to: `${minor}.json`,
    })),
  ),
  outputs: Object.keys(RELEASES).map((minor) => `${minor}.json`),
  main: '.',
  // The documents carry no release number; that they are those of the release is what Go's checksums say.
  checks: Object.keys(RELEASES).map((minor) => ({
    file: `${minor}.json`,
    holds: '"io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy"',
  })),
} as const satisfies Tool;
