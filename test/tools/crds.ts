/** The custom resource definitions of every operator whose resources are emitted, from the operators' own modules. */
import { goModuleFiles } from './go-module-files';
import { needs } from './requirement';
import type { Tool } from './tool';

/** Folder under the tool's → where the operator keeps its definitions. */
const OPERATORS = {
  'argo-cd': { module: 'github.com/argoproj/argo-cd/v3', version: 'v3.3.0', from: 'manifests/crds' },
  'cert-manager': { module: 'github.com/cert-manager/cert-manager', version: 'v1.21.2', from: 'deploy/crds' },
  'external-secrets': {
    module: 'github.com/external-secrets/external-secrets',
    version: 'v1.3.2',
    from: 'config/crds/bases',
  },
  // The experimental channel repeats the same names with more fields; what is emitted stays within the standard one.
  'gateway-api': { module: 'sigs.k8s.io/gateway-api', version: 'v1.5.0', from: 'config/crd/standard' },
  kyverno: { module: 'github.com/kyverno/kyverno', version: 'v1.19.1', from: 'config/crds' },
  'prometheus-operator': {
    module: 'github.com/prometheus-operator/prometheus-operator',
    version: 'v0.85.0',
    from: 'example/prometheus-operator-crd',
  },
  'vertical-pod-autoscaler': {
    module: 'k8s.io/autoscaler/vertical-pod-autoscaler',
    version: 'v1.8.1',
    from: 'deploy',
  },
} as const;

export const crds = {
  name: 'crds',
  // The set's own number: each operator's version stands above and is part of the recipe's hash.
  version: '1',
  purpose: 'the operators’ custom resource definitions, one folder each',
  requires: [needs.go('1.25')],
  recipe: goModuleFiles(
    Object.entries(OPERATORS).map(([to, source]) => ({
      ...source,
      to,
      withLine: 'kind: CustomResourceDefinition',
    })),
  ),
  outputs: [
    'argo-cd/application-crd.yaml',
    'cert-manager/cert-manager.io_certificates.yaml',
    'external-secrets/external-secrets.io_externalsecrets.yaml',
    'gateway-api/gateway.networking.k8s.io_httproutes.yaml',
    'kyverno/policies.kyverno.io/policies.kyverno.io_validatingpolicies.yaml',
    'prometheus-operator/monitoring.coreos.com_servicemonitors.yaml',
    'vertical-pod-autoscaler/vpa-v1-crd-gen.yaml',
  ],
  main: '.',
  checks: [
    { file: 'argo-cd/application-crd.yaml', holds: 'group: argoproj.io' },
    { file: 'external-secrets/external-secrets.io_externalsecrets.yaml', holds: 'name: v1\n' },
    { file: 'kyverno/policies.kyverno.io/policies.kyverno.io_validatingpolicies.yaml', holds: 'name: v1\n' },
  ],
} as const satisfies Tool;
