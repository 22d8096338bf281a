import { allowedRegistries } from './allowed-registries/rule';
import { allowedStorageClasses } from './allowed-storage-classes/rule';
import { cronJobsDoNotOverlap } from './cron-jobs-do-not-overlap/rule';
import { disruptionBudgetAllowsEvictions } from './disruption-budget-allows-evictions/rule';
import { dropAllCapabilities } from './drop-all-capabilities/rule';
import { encryptedStorageClasses } from './encrypted-storage-classes/rule';
import { ingressTls } from './ingress-tls/rule';
import { memoryLimit } from './memory-limit/rule';
import { namespacePodSecurity } from './namespace-pod-security/rule';
import { narrowNetworkPolicies } from './narrow-network-policies/rule';
import { noClusterAdmin } from './no-cluster-admin/rule';
import { noDefaultServiceAccount } from './no-default-service-account/rule';
import { noExternalIps } from './no-external-ips/rule';
import { noHostNamespaces } from './no-host-namespaces/rule';
import { noHostPath } from './no-host-path/rule';
import { noHostPorts } from './no-host-ports/rule';
import { noLiteralSecrets } from './no-literal-secrets/rule';
import { noNodePorts } from './no-node-ports/rule';
import { noPrivateKeysInConfigMaps } from './no-private-keys-in-config-maps/rule';
import { noPrivilegeEscalation } from './no-privilege-escalation/rule';
import { noPrivilegedContainers } from './no-privileged-containers/rule';
import { noPublicLoadBalancer } from './no-public-load-balancer/rule';
import { noSecretLiterals } from './no-secret-literals/rule';
import { noServiceAccountToken } from './no-service-account-token/rule';
import { noWildcardRbac } from './no-wildcard-rbac/rule';
import { pinnedImages } from './pinned-images/rule';
import { probes } from './probes/rule';
import { readOnlyRootFilesystem } from './read-only-root-filesystem/rule';
import { recommendedLabels } from './recommended-labels/rule';
import { replicasInProduction } from './replicas-in-production/rule';
import { resourceRequests } from './resource-requests/rule';
import { revisionHistoryLimit } from './revision-history-limit/rule';
import { runAsNonRoot } from './run-as-non-root/rule';
import { seccompProfile } from './seccomp-profile/rule';
import { spreadReplicas } from './spread-replicas/rule';
import { statefulSetsRetainVolumes } from './stateful-sets-retain-volumes/rule';
import { terminationGracePeriod } from './termination-grace-period/rule';
import type { Rule } from './rule';

/** Every rule, by what it protects. */
export const RULES: readonly Rule[] = [
  // Pods
  runAsNonRoot,
  noPrivilegeEscalation,
  dropAllCapabilities,
  seccompProfile,
  readOnlyRootFilesystem,
  noPrivilegedContainers,
  noHostNamespaces,
  noHostPath,
  noHostPorts,
  noServiceAccountToken,
  noDefaultServiceAccount,
  // Images
  pinnedImages,
  allowedRegistries,
  // Operation
  resourceRequests,
  memoryLimit,
  probes,
  terminationGracePeriod,
  revisionHistoryLimit,
  recommendedLabels,
  cronJobsDoNotOverlap,
  // Availability
  replicasInProduction,
  spreadReplicas,
  disruptionBudgetAllowsEvictions,
  // Secrets
  noSecretLiterals,
  noLiteralSecrets,
  noPrivateKeysInConfigMaps,
  // Network
  noPublicLoadBalancer,
  noNodePorts,
  noExternalIps,
  ingressTls,
  narrowNetworkPolicies,
  // Storage
  allowedStorageClasses,
  encryptedStorageClasses,
  statefulSetsRetainVolumes,
  // Cluster
  namespacePodSecurity,
  noWildcardRbac,
  noClusterAdmin,
];
