/**
 * An environment on Azure, layer by layer, in the order in which each needs the one before; and what it hands over to the
 * platform.
 */
import type { Output } from '@pulumi/pulumi';
import { Provider } from '@pulumi/azure-native/provider';
import * as resources from '@pulumi/azure-native/resources';
import type { AzureAddresses } from '../address-plan';
import type { Cloud, CloudDemand, OperatorIdentity } from '../cloud';
import type { Tags } from '../tags';
import { makeBudget } from './budget';
import { makeCluster } from './cluster';
import { type AzureContext, azureContext } from './context';
import { type Database, type DatabaseProps, makeDatabase } from './database';
import { makeDiskEncryption } from './disk-encryption';
import { makeCertManagerIdentity, makeDns } from './dns';
import { type Edge, type EdgeInputs, makeEdge } from './edge';
import { makeFirewall } from './firewall';
import type { WorkloadIdentity } from './identity';
import { makeMonitoring } from './monitoring';
import { makeNetwork, type Network } from './network';
import { makeObjectStorage } from './object-storage';
import { makeExternalSecretsIdentity, makeSecrets, type Secrets } from './secrets';
import type { AzureSettings } from './settings';

export interface AzureCloudInputs {
  readonly demand: CloudDemand;
  readonly addresses: AzureAddresses;
  /** Checked already: `checkAzure`. */
  readonly settings: AzureSettings;
  readonly tags: Tags;
  /** Values of secrets that come from somebody else, by name, from the stack's own secret settings. */
  readonly given: Readonly<Record<string, Output<string>>>;
}

export function azureCloud(inputs: AzureCloudInputs): Cloud {
  const { demand, addresses, settings, given } = inputs;
  const context = makePlace(inputs);
  const monitoring = makeMonitoring(context, settings.monitoring);
  const ownNetwork = makeNetwork(context, {
    addresses,
    inbound: demand.inbound,
    peers: settings.network.peers,
    apiCallers: settings.cluster.apiServer.callers,
    ...(settings.gateway === undefined ? {} : { gatewayClients: settings.gateway.clients }),
  });
  const firewall = makeFirewall(context, {
    network: ownNetwork,
    monitoring,
    addresses,
    demand,
    settings: settings.firewall,
  });
  // The firewall answers the network's questions for names: without it nothing finds anything.
  const network: Network = { ...ownNetwork, ready: [...ownNetwork.ready, ...firewall.ready] };
  const secrets = makeSecrets(context, { network, monitoring, settings: settings.secrets, demand, given });
  const cluster = makeCluster(context, {
    network,
    monitoring,
    settings: settings.cluster,
    demand,
    ...(settings.cluster.diskKey === 'own' ? { diskEncryption: makeDiskEncryption(context, secrets) } : {}),
  });
  const issuerUrl = cluster.oidcIssuerUrl;
  const objectStorage = makeObjectStorage(context, {
    network,
    settings: settings.objectStorage,
    demand,
    issuerUrl,
  });
  const database = grafanaDatabase(context, inputs, { network, monitoring, secrets });
  const dns = makeDns(context, settings.dns);
  const externalSecrets = makeExternalSecretsIdentity(context, secrets, issuerUrl);
  const certManager = makeCertManagerIdentity(context, dns, issuerUrl);
  const edge = gateway(context, inputs, { network, monitoring });
  if (edge !== undefined) {
    for (const host of edge.hosts) dns.point(host, edge.publicAddress);
  }
  makeBudget(context, cluster.nodeResourceGroup, settings.budget);

  const actsAs = ({ clientId }: WorkloadIdentity): OperatorIdentity => ({
    kind: 'azure',
    clientId,
    tenantId: context.tenantId,
  });
  return {
    kind: 'azure',
    kubernetes: { kubeconfig: cluster.kubeconfig },
    readyAfter: [
      ...network.ready,
      ...cluster.ready,
      ...secrets.ready,
      ...objectStorage.ready,
      ...(database?.ready ?? []),
      ...externalSecrets.ready,
      ...certManager.ready,
    ],
    objectStores: objectStorage.stores,
    ...(database === undefined ? {} : { database: { host: database.host } }),
    secretStore: { kind: 'azure-key-vault', name: demand.secretStore.name, vaultUrl: secrets.vaultUri },
    // AKS brings those that the platform's claims name (checkAzure).
    storageClasses: [],
    operators: { 'external-secrets': actsAs(externalSecrets), 'cert-manager': actsAs(certManager) },
    dnsZone: {
      name: settings.dns.zone,
      resourceGroup: context.resourceGroupName,
      subscriptionId: context.subscriptionId,
    },
    publishHosts: (found) => {
      for (const [host, address] of Object.entries(found)) {
        if (edge?.hosts.includes(host) !== true) dns.point(host, address);
      }
    },
    outputs: {
      resourceGroup: context.resourceGroupName,
      nodeResourceGroup: cluster.nodeResourceGroup,
      cluster: cluster.clusterName,
      keyVault: secrets.vaultName,
      virtualNetwork: network.virtualNetworkId,
      nameServers: dns.nameServers,
      // Peered networks route to the first; whoever lets this environment in lets the second in.
      firewallAddress: addresses.firewallAddress,
      egressAddress: firewall.publicAddress,
      ...(edge === undefined ? {} : { gatewayAddress: edge.publicAddress }),
    },
  };
}

/** The subscription and the group in which everything stands. */
function makePlace({ demand, settings, tags }: AzureCloudInputs): AzureContext {
  const { environment, tier, zones } = demand;
  const { subscriptionId, tenantId, location } = settings;
  const provider = new Provider(`${environment}-azure`, { subscriptionId, tenantId });
  const group = new resources.ResourceGroup(
    `${environment}-group`,
    { resourceGroupName: environment, location, tags: { ...tags } },
    // With the group goes everything in it, what a production keeps of its data included.
    { provider, protect: tier === 'prod', retainOnDelete: tier === 'prod' },
  );
  return azureContext({
    environment,
    tier,
    zones,
    location,
    subscriptionId,
    tenantId,
    resourceGroupName: group.name,
    tags,
    provider,
  });
}

function grafanaDatabase(
  context: AzureContext,
  { demand, settings }: AzureCloudInputs,
  { secrets, ...around }: Pick<DatabaseProps, 'network' | 'monitoring'> & { readonly secrets: Secrets },
): Database | undefined {
  if (demand.database === undefined || settings.database === undefined) return undefined;
  const password = secrets.generated[demand.database.passwordSecret];
  if (password === undefined) throw new Error(`nobody made the secret ${demand.database.passwordSecret}`);
  return makeDatabase(context, { ...around, settings: settings.database, demand: demand.database, password });
}

function gateway(
  context: AzureContext,
  { demand, addresses, settings }: AzureCloudInputs,
  around: Pick<EdgeInputs, 'network' | 'monitoring'>,
): Edge | undefined {
  if (settings.gateway === undefined) return undefined;
  return makeEdge(context, { ...around, addresses, demand, settings: settings.gateway });
}
