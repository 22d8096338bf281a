/**
 * The Kubernetes cluster (AKS): API server inside the network, people by Entra ID, pods by workload identity, nodes over the zones,
 * an engine for the platform's NetworkPolicies, and no way out but the firewall.
 */
import * as containerservice from '@pulumi/azure-native/containerservice';
import { all, type Output, type Resource } from '@pulumi/pulumi';
import type { CloudDemand } from '../cloud';
import type { ClusterSettings } from './cluster-settings';
import { inLayer, type AzureContext } from './context';
import type { DiskEncryption } from './disk-encryption';
import { grantRole, makeIdentity, type Identity } from './identity';
import { certificateAuthorityOf, kubeconfig } from './kubeconfig';
import { sendDiagnostics, type Monitoring } from './monitoring';
import type { Network } from './network';
import { makeWorkloadPools, systemPool } from './node-pools';

/**
 * Of Services; seen inside the cluster alone. Outside 10.0.0.0/8, where networks have their blocks, and not among those that AKS
 * keeps for itself (172.30.0.0/16, 172.31.0.0/16).
 */
const SERVICES = { block: '172.20.0.0/16', dnsAddress: '172.20.0.10' };

/** A week: images of the release before are still there when somebody goes back to it. */
const IMAGE_CLEANER_HOURS = 168;

/** Who did what, and why nodes come and go. Reads are left out: `kube-audit` is ten times as much. */
const DIAGNOSTICS = [
  'kube-audit-admin',
  'guard',
  'kube-controller-manager',
  'cloud-controller-manager',
  'cluster-autoscaler',
];

export interface Cluster {
  readonly clusterId: Output<string>;
  readonly clusterName: Output<string>;
  readonly kubeconfig: Output<string>;
  readonly oidcIssuerUrl: Output<string>;
  /** The group in which AKS keeps nodes, disks and load balancers. */
  readonly nodeResourceGroup: Output<string>;
  /** When pods can run. */
  readonly ready: readonly Resource[];
}

export interface ClusterProps {
  readonly network: Pick<Network, 'subnetId' | 'routeTableId' | 'ready'>;
  readonly monitoring: Monitoring;
  /** @default Azure's keys */
  readonly diskEncryption?: DiskEncryption;
  readonly settings: ClusterSettings;
  readonly demand: Pick<CloudDemand, 'storageClasses' | 'dialsNodes'>;
}

export function makeCluster(outer: AzureContext, props: ClusterProps): Cluster {
  const context = inLayer(outer, 'Cluster');
  const identity = makeIdentity(context, 'cluster');
  const roles = grantRoles(context, identity, props);
  const cluster = new containerservice.ManagedCluster(
    context.name('cluster'),
    {
      resourceName: context.name('cluster'),
      resourceGroupName: context.resourceGroupName,
      location: context.location,
      dnsPrefix: context.environment,
      sku: { name: 'Base', tier: context.tier === 'prod' ? 'Standard' : 'Free' },
      kubernetesVersion: props.settings.kubernetesVersion,
      identity: {
        type: containerservice.ResourceIdentityType.UserAssigned,
        userAssignedIdentities: [identity.id],
      },
      agentPoolProfiles: [systemPool(context, poolProps(props), props.settings.systemPool)],
      ...access(context, props),
      ...upkeep(),
      networkProfile: networkProfile(props.demand),
      storageProfile: storageProfile(props.demand),
      ...(props.diskEncryption === undefined
        ? {}
        : { diskEncryptionSetID: props.diskEncryption.diskEncryptionSetId }),
      tags: context.tags,
    },
    {
      ...context.options,
      dependsOn: [...roles, ...props.network.ready, ...(props.diskEncryption?.ready ?? [])],
      // Volumes live in its node resource group, and go with it.
      protect: context.tier === 'prod',
      retainOnDelete: context.tier === 'prod',
    },
  );
  makeMaintenance(context, cluster, props.settings);
  sendDiagnostics(context, props.monitoring, {
    name: 'cluster',
    resourceId: cluster.id,
    categories: DIAGNOSTICS,
  });
  const pools = makeWorkloadPools(
    context,
    { ...poolProps(props), clusterName: cluster.name },
    props.settings.workloadPools,
  );
  return {
    clusterId: cluster.id,
    clusterName: cluster.name,
    kubeconfig: kubeconfigOf(context, cluster, props.settings),
    // With the ID, which is unknown until the cluster is there: what stands in the inputs hides the rest in a preview.
    oidcIssuerUrl: all([cluster.id, cluster.oidcIssuerProfile]).apply(
      ([, profile]) => profile?.issuerURL ?? '',
    ),
    nodeResourceGroup: cluster.nodeResourceGroup.apply((group) => group ?? ''),
    ready: [...pools, ...roles],
  };
}

function poolProps({ network, settings }: ClusterProps) {
  return { subnetId: network.subnetId, version: settings.kubernetesVersion };
}

/** The control plane puts nodes, pods, load balancers and itself into these subnets, and nothing elsewhere. */
function grantRoles(context: AzureContext, identity: Identity, props: ClusterProps): readonly Resource[] {
  const { subnetId, routeTableId } = props.network;
  const { principalId } = identity;
  const joined = (['apiServer', 'nodes', 'pods', 'loadBalancers'] as const).map((subnet) =>
    grantRole(context, {
      name: `cluster-joins-${subnet}`,
      role: 'Network Contributor',
      scope: subnetId[subnet],
      principalId,
    }),
  );
  const routes = grantRole(context, {
    name: 'cluster-uses-routes',
    role: 'Network Contributor',
    scope: routeTableId,
    principalId,
  });
  const disks = props.diskEncryption;
  if (disks === undefined) return [...joined, routes];
  const encryption = grantRole(context, {
    name: 'cluster-reads-disk-encryption',
    role: 'Reader',
    scope: disks.diskEncryptionSetId,
    principalId,
  });
  return [...joined, routes, encryption];
}

/** Who may call the API server, from where, and as whom. */
function access({ tenantId }: AzureContext, { network, settings }: ClusterProps) {
  const { apiServer, adminGroupIds } = settings;
  return {
    enableRBAC: true,
    disableLocalAccounts: true,
    aadProfile: {
      managed: true,
      enableAzureRBAC: true,
      adminGroupObjectIDs: adminGroupIds,
      tenantID: tenantId,
    },
    apiServerAccessProfile: {
      enableVnetIntegration: true,
      subnetId: network.subnetId.apiServer,
      // Commands through Azure's portal would pass by the network's rules.
      disableRunCommand: true,
      ...(apiServer.access === 'private'
        ? { enablePrivateCluster: true, enablePrivateClusterPublicFQDN: false, privateDNSZone: 'system' }
        : { enablePrivateCluster: false, authorizedIPRanges: apiServer.callers }),
    },
    oidcIssuerProfile: { enabled: true },
    securityProfile: {
      workloadIdentity: { enabled: true },
      imageCleaner: { enabled: true, intervalHours: IMAGE_CLEANER_HOURS },
    },
  };
}

function upkeep() {
  return {
    // The minor version is the settings': what goes further would go back with the next `pulumi up`.
    autoUpgradeProfile: {
      upgradeChannel: containerservice.UpgradeChannel.Patch,
      nodeOSUpgradeChannel: containerservice.NodeOSUpgradeChannel.NodeImage,
    },
    autoScalerProfile: {
      balanceSimilarNodeGroups: 'true',
      expander: containerservice.Expander.Least_waste,
      // Nearly every pod has an emptyDir; disruption budgets guard those that matter.
      skipNodesWithLocalStorage: 'false',
    },
    // Whoever changes nodes, disks or load balancers does it through Kubernetes.
    nodeResourceGroupProfile: { restrictionLevel: containerservice.RestrictionLevel.ReadOnly },
  };
}

/**
 * Cilium matches no `ipBlock` against nodes. Calico does, so it enforces the policies of a platform whose pods dial them. A
 * cluster can go from Calico to Cilium later, and not back; Azure's own engine is on its way out.
 * @see https://learn.microsoft.com/azure/aks/azure-cni-powered-by-cilium
 */
function policyEngine({ dialsNodes }: ClusterProps['demand']) {
  if (dialsNodes) return { networkPolicy: containerservice.NetworkPolicy.Calico };
  return {
    networkDataplane: containerservice.NetworkDataplane.Cilium,
    networkPolicy: containerservice.NetworkPolicy.Cilium,
  };
}

function networkProfile(demand: ClusterProps['demand']) {
  return {
    networkPlugin: containerservice.NetworkPlugin.Azure,
    ...policyEngine(demand),
    outboundType: containerservice.OutboundType.UserDefinedRouting,
    loadBalancerSku: containerservice.LoadBalancerSku.Standard,
    serviceCidr: SERVICES.block,
    dnsServiceIP: SERVICES.dnsAddress,
  };
}

/** Drivers of the classes that claims name, and no others. */
function storageProfile({ storageClasses }: ClusterProps['demand']) {
  return {
    diskCSIDriver: { enabled: true },
    snapshotController: { enabled: true },
    fileCSIDriver: { enabled: storageClasses.some((name) => name.startsWith('azurefile')) },
    blobCSIDriver: { enabled: false },
  };
}

function makeMaintenance(
  context: AzureContext,
  cluster: containerservice.ManagedCluster,
  { maintenance }: ClusterSettings,
): void {
  const { day, startTime, utcOffset, durationHours } = maintenance;
  // AKS knows them by these names.
  for (const configName of ['aksManagedAutoUpgradeSchedule', 'aksManagedNodeOSUpgradeSchedule']) {
    new containerservice.MaintenanceConfiguration(
      context.name(configName),
      {
        configName,
        resourceGroupName: context.resourceGroupName,
        resourceName: cluster.name,
        maintenanceWindow: {
          schedule: { weekly: { dayOfWeek: day, intervalWeeks: 1 } },
          startTime,
          utcOffset,
          durationHours,
        },
      },
      context.options,
    );
  }
}

function kubeconfigOf(
  { resourceGroupName, tenantId, options }: AzureContext,
  cluster: containerservice.ManagedCluster,
  { apiServer }: ClusterSettings,
): Output<string> {
  const { kubeconfigs } = containerservice.listManagedClusterUserCredentialsOutput(
    { resourceGroupName, resourceName: cluster.name, format: 'exec' },
    { provider: options.provider },
  );
  const host = apiServer.access === 'private' ? cluster.privateFQDN : cluster.fqdn;
  return all([cluster.name, host, kubeconfigs]).apply(([name, fqdn, [found]]) =>
    kubeconfig({
      cluster: name,
      host: fqdn,
      certificateAuthority: certificateAuthorityOf(found?.value ?? ''),
      tenantId,
    }),
  );
}
