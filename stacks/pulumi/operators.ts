/**
 * What a new cluster needs before the platform's first object: operators from their makers' charts, with the identities
 * that the cloud made for them; the store of secrets; classes of volumes.
 */
import type { Input, ProviderResource, Resource } from '@pulumi/pulumi';
import { Release } from '@pulumi/kubernetes/helm/v3/release';
import type {
  Cloud,
  CloudDemand,
  OperatorIdentity,
  SecretStoreAccess,
  StorageClassSpec,
} from '../../infra/cloud';
import { OPERATOR_ACCOUNTS } from '../../infra/operator-accounts';
import type { SettingProblem } from '../../infra/setting-error';
import type { Operator, OperatorNeed } from '../operators';
import type { SentObject } from './objects';

type Values = Readonly<Record<string, Input<unknown>>>;

interface Chart {
  /** Where its makers publish it. */
  readonly repository: string;
  readonly name: string;
  readonly version: string;
  readonly namespace: string;
  /** Hosts from which its images come, as its values name them. */
  readonly registries: readonly string[];
  readonly values: (chart: ChartInputs) => Values;
}

interface ChartInputs {
  readonly tier: CloudDemand['tier'];
  readonly identity: OperatorIdentity | undefined;
}

/**
 * Versions are those whose custom resources the project was written against (`test/tools/crds.ts`), or the newest seen:
 * Helm upgrades them with the stack, so that a change of a line here is a change of the cluster.
 */
const CHARTS: Readonly<Partial<Record<Operator, Chart>>> = {
  'external-secrets': {
    repository: 'https://charts.external-secrets.io',
    name: 'external-secrets',
    version: '2.9.0',
    namespace: OPERATOR_ACCOUNTS['external-secrets'].namespace,
    registries: ['ghcr.io'],
    values: ({ tier, identity }) => ({
      installCRDs: true,
      ...replicated('replicaCount', tier),
      leaderElect: true,
      serviceAccount: account('external-secrets', identity),
      webhook: replicated('replicaCount', tier),
    }),
  },
  'cert-manager': {
    repository: 'https://charts.jetstack.io',
    name: 'cert-manager',
    version: 'v1.21.2',
    namespace: OPERATOR_ACCOUNTS['cert-manager'].namespace,
    registries: ['quay.io'],
    values: ({ tier, identity }) => ({
      // Certificates outlive a mistake with the release.
      crds: { enabled: true, keep: true },
      // A challenge is looked up where everybody asks: the zone's own servers cannot be reached past a firewall.
      extraArgs: ['--dns01-recursive-nameservers-only'],
      ...replicated('replicaCount', tier),
      serviceAccount: account('cert-manager', identity),
      ...(identity?.kind === 'azure' ? { podLabels: { 'azure.workload.identity/use': 'true' } } : {}),
      webhook: replicated('replicaCount', tier),
      cainjector: replicated('replicaCount', tier),
    }),
  },
  kyverno: {
    repository: 'https://kyverno.github.io/kyverno',
    name: 'kyverno',
    version: '3.9.1',
    namespace: 'kyverno',
    registries: ['ghcr.io', 'reg.kyverno.io'],
    values: ({ tier }) => ({
      // Where its images are anyway, behind a name of its own that a firewall would have to know, too.
      global: { image: { registry: 'ghcr.io' } },
      features: { policyExceptions: { enabled: true, namespace: 'kyverno' } },
      // Three, or none decides while a node is drained (Kyverno, "High availability").
      admissionController: { replicas: tier === 'prod' ? 3 : 1 },
    }),
  },
  'vertical-pod-autoscaler': {
    repository: 'https://kubernetes.github.io/autoscaler',
    name: 'vertical-pod-autoscaler',
    version: '0.9.0',
    namespace: 'vertical-pod-autoscaler',
    registries: ['registry.k8s.io'],
    // It recommends and changes nothing: what a pod asks for stands in the manifests.
    values: () => ({ updater: { enabled: false }, admissionController: { enabled: false } }),
  },
  'aws-load-balancer-controller': {
    repository: 'https://aws.github.io/eks-charts',
    name: 'aws-load-balancer-controller',
    version: '3.5.0',
    namespace: OPERATOR_ACCOUNTS['aws-load-balancer-controller'].namespace,
    registries: ['public.ecr.aws'],
    values: ({ tier, identity }) => ({
      ...replicated('replicaCount', tier),
      serviceAccount: account('aws-load-balancer-controller', identity),
      ...(identity?.kind === 'pod-identity' ? identity.values : {}),
    }),
  },
  'cluster-autoscaler': {
    repository: 'https://kubernetes.github.io/autoscaler',
    name: 'cluster-autoscaler',
    version: '9.59.0',
    namespace: OPERATOR_ACCOUNTS['cluster-autoscaler'].namespace,
    registries: ['registry.k8s.io'],
    values: ({ tier, identity }) => ({
      ...replicated('replicaCount', tier),
      cloudProvider: 'aws',
      rbac: { serviceAccount: account('cluster-autoscaler', identity) },
      ...(identity?.kind === 'pod-identity'
        ? {
            autoDiscovery: { clusterName: identity.values?.clusterName },
            awsRegion: identity.values?.region,
          }
        : {}),
    }),
  },
};

/** What a cluster of a cloud needs whatever runs in it: EKS' pools only grow when somebody asks, AKS asks itself. */
const ALWAYS: Readonly<Record<Cloud['kind'], readonly Operator[]>> = {
  aws: ['cluster-autoscaler'],
  azure: [],
  existing: [],
};

/** In production a second one takes over while the first one's node is drained. */
function replicated(key: string, tier: CloudDemand['tier']): Readonly<Record<string, number>> {
  return { [key]: tier === 'prod' ? 2 : 1 };
}

function account(operator: keyof typeof OPERATOR_ACCOUNTS, identity: OperatorIdentity | undefined): Values {
  return {
    create: true,
    name: OPERATOR_ACCOUNTS[operator].name,
    ...(identity?.kind === 'azure'
      ? {
          annotations: {
            'azure.workload.identity/client-id': identity.clientId,
            'azure.workload.identity/tenant-id': identity.tenantId,
          },
        }
      : {}),
  };
}

/** A chart's images come over a slow line at times; Helm's own five minutes are too few for that. */
const INSTALL_LIMIT_SECONDS = 900;

export interface OperatorInputs extends Pick<Cloud, 'operators' | 'readyAfter'> {
  readonly tier: CloudDemand['tier'];
  readonly provider: ProviderResource;
}

/** @param operators those to install: `operatorsToInstall` */
export function installOperators(operators: readonly Operator[], inputs: OperatorInputs): Resource[] {
  return operators.flatMap((operator) => {
    const chart = CHARTS[operator];
    if (chart === undefined) return [];
    const { repository, name, version, namespace } = chart;
    const values = chart.values({ tier: inputs.tier, identity: inputs.operators[operator] });
    return new Release(
      operator,
      {
        name: operator,
        chart: name,
        version,
        namespace,
        createNamespace: namespace !== 'kube-system',
        repositoryOpts: { repo: repository },
        values,
        atomic: true,
        cleanupOnFail: true,
        timeout: INSTALL_LIMIT_SECONDS,
      },
      { provider: inputs.provider, dependsOn: [...inputs.readyAfter] },
    );
  });
}

/** What objects need, and what the cloud's clusters need in any case; sorted, each once. */
export function operatorsNeeded(needs: readonly OperatorNeed[], cloud: Cloud['kind']): Operator[] {
  return [...new Set([...needs.map(({ operator }) => operator), ...ALWAYS[cloud]])].sort();
}

/** @param operators those to install */
export function operatorRegistries(operators: readonly Operator[]): string[] {
  return operators.flatMap((operator) => CHARTS[operator]?.registries ?? []);
}

export function operatorsToInstall(needed: readonly Operator[], expected: readonly string[]): Operator[] {
  return needed.filter((operator) => !expected.includes(operator));
}

/** @param path where the list stands, e.g. `Pulumi.hyperion-dev.yaml: hyperion:program` */
export function checkOperators(
  needed: readonly Operator[],
  expected: readonly string[],
  path: string,
): SettingProblem[] {
  const at = { path, property: 'expectedOperators', value: expected };
  return [
    ...operatorsToInstall(needed, expected)
      .filter((operator) => CHARTS[operator] === undefined)
      .map((operator) => ({
        ...at,
        rule: `the stack installs operators whose charts it knows, and ${operator} is none of them`,
        remedy: `install ${operator} by its makers' instructions, and name it here`,
      })),
    ...expected
      .filter((name) => !needed.some((operator) => operator === name))
      .map((name) => ({
        ...at,
        rule: `an operator is expected only when something needs it, and nothing needs ${name}`,
        remedy: 'remove it, or correct its name',
      })),
  ];
}

/** Where the operator finds the platform's secrets. */
export function secretStoreObject(store: SecretStoreAccess): SentObject {
  const { namespace, name } = OPERATOR_ACCOUNTS['external-secrets'];
  const provider =
    store.kind === 'azure-key-vault'
      ? {
          azurekv: {
            authType: 'WorkloadIdentity',
            vaultUrl: store.vaultUrl,
            serviceAccountRef: { namespace, name },
          },
        }
      : // Without `auth` it acts as its own pod does, by EKS Pod Identity.
        { aws: { service: 'SecretsManager', region: store.region } };
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ClusterSecretStore',
    metadata: { name: store.name },
    spec: { provider },
  };
}

/** Volumes are made where their pod runs, and can grow; in production they outlive a claim that is deleted by mistake. */
export function storageClassObject(
  { name, provisioner, parameters }: StorageClassSpec,
  tier: CloudDemand['tier'],
): SentObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner,
    parameters,
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
    reclaimPolicy: tier === 'prod' ? 'Retain' : 'Delete',
  };
}
