/**
 * An environment on AWS, layer by layer, in the order in which each needs the one before; and what it hands over to the
 * platform. A spoke has a network, a cluster and secrets; what clusters have in common is the hub's.
 */
import { Provider } from '@pulumi/aws/provider';
import { secret, type Input, type Output, type Resource } from '@pulumi/pulumi';
import type { AwsAddresses } from '../address-plan';
import type { Cloud, CloudDemand, HandedOver, HubRole, SpokeRole } from '../cloud';
import type { Tags } from '../tags';
import { makeBudget } from './budget';
import { makeCluster } from './cluster';
import { awsContext, type AwsContext } from './context';
import { makeDatabase, type Database } from './database';
import { makeEndpoints } from './endpoints';
import { makeFileStorage, needsFileStorage, type FileStorage } from './file-storage';
import { makeFlowLogs } from './flow-logs';
import { makeHub, type Hub } from './hub';
import { HANDOVER_OUTPUTS } from './hub-handover';
import { externalSecretsArn, makeIdentities } from './identity';
import { makeKeys, type Keys } from './keys';
import { makeNetwork, type Network } from './network';
import { makeObjectStorage } from './object-storage';
import { makeSecrets, type Secrets } from './secrets';
import { admitLoadBalancer, makeSecurityGroups, type SecurityGroups } from './security-groups';
import type { AwsSettings } from './settings';
import { makeSnapshots, volumeClass } from './snapshots';
import { makeSpoke } from './spoke';

export interface AwsCloudInputs {
  readonly demand: CloudDemand;
  readonly addresses: AwsAddresses;
  readonly role: HubRole | SpokeRole;
  /** Checked already: `checkAws`. */
  readonly settings: AwsSettings;
  readonly tags: Tags;
  /** Values of secrets that come from somebody else, by name, from the stack's own secret settings. */
  readonly given: Readonly<Record<string, Output<string>>>;
}

export function awsCloud(inputs: AwsCloudInputs): Cloud {
  const { demand, addresses, role, settings, given } = inputs;
  const context = makeAccount(inputs);
  const keys = makeKeys(context);
  const network = makeNetwork(context, addresses, settings.network);
  const groups = makeSecurityGroups(context, {
    vpcId: network.vpcId,
    addresses,
    demand,
    administrators: settings.network.administrators,
    hasFileStorage: needsFileStorage(demand),
  });
  const endpoints = makeEndpoints(context, {
    network,
    securityGroupId: groups.endpoints,
    hasBuckets: demand.objectStores.length > 0,
  });
  makeFlowLogs(context, { vpcId: network.vpcId, keyArn: keys.logsArn, days: settings.network.flowLogDays });
  const base: Base = { ...inputs, context, keys, network, groups };
  const neighbour =
    role.kind === 'hub'
      ? { hub: makeHub(context, { role, network, demand, settings }) }
      : joinSpoke(base, role);

  const secrets = makeSecrets(context, {
    keys,
    demand,
    settings: settings.secrets,
    readerArn: externalSecretsArn(context),
    received: { ...given, ...neighbour.received },
  });
  const cluster = makeCluster(context, {
    network: { ...network, ready: [...network.ready, ...endpoints] },
    keys,
    controlPlaneSecurityGroupId: groups.controlPlane,
    settings: settings.cluster,
    requests: demand.requests,
    hasFileStorage: needsFileStorage(demand),
  });
  const stores = makeStores(base, secrets);
  const identities = makeIdentities(context, {
    demand,
    clusterName: cluster.name,
    vpcId: network.vpcId,
    keys,
    secretArns: secrets.arns,
  });
  const admitted =
    groups.loadBalancer === undefined
      ? []
      : [admitLoadBalancer(context, groups.loadBalancer, cluster.securityGroupId)];
  makeSnapshots(context, settings.snapshots);
  makeBudget(context, settings.budget);

  return {
    kind: 'aws',
    kubernetes: { kubeconfig: cluster.kubeconfig },
    readyAfter: [
      ...cluster.ready,
      ...secrets.ready,
      ...identities.ready,
      ...stores.ready,
      ...admitted,
      ...(neighbour.ready ?? []),
    ],
    objectStores: stores.objectStores,
    ...(stores.database !== undefined && { database: { host: stores.database.host } }),
    ...entrance(neighbour.hub, groups),
    secretStore: { kind: 'aws-secrets-manager', name: demand.secretStore.name, region: settings.region },
    storageClasses: [
      volumeClass(demand.environment, inputs.tags, keys.dataArn),
      ...(stores.files === undefined ? [] : [stores.files.storageClass]),
    ].filter(({ name }) => demand.storageClasses.includes(name)),
    operators: identities.operators,
    outputs: {
      vpcId: network.vpcId,
      clusterName: cluster.name,
      ...neighbour.hub?.outputs,
      ...(role.kind === 'hub' && { [HANDOVER_OUTPUTS.spokeTokens]: tokensOf(role, secrets) }),
    },
  };
}

export function awsHandsOver(
  settings: Pick<AwsSettings, 'certificate' | 'database'>,
  { objectStores }: Pick<CloudDemand, 'objectStores'>,
): HandedOver {
  return {
    objectStores: objectStores.map(({ purpose }) => ({ purpose, kind: 's3' })),
    hasDatabase: settings.database !== undefined,
    hasLoadBalancer: settings.certificate !== undefined,
    given: [],
  };
}

/** What a layer may build on. */
interface Base extends AwsCloudInputs {
  readonly context: AwsContext;
  readonly keys: Keys;
  readonly network: Network;
  readonly groups: SecurityGroups;
}

/** The provider of the environment's own account: it refuses to run with credentials of another. */
function makeAccount({ demand, addresses, settings, tags }: AwsCloudInputs): AwsContext {
  const { environment, tier } = demand;
  const { region, accountId, availabilityZones } = settings;
  const provider = new Provider(`${environment}-account`, { region, allowedAccountIds: [accountId] });
  return awsContext({
    environment,
    tier,
    region,
    accountId,
    availabilityZones,
    nodeZones: availabilityZones.slice(0, addresses.nodes.length),
    tags,
    provider,
  });
}

interface Neighbour {
  readonly hub?: Hub;
  /** Secrets that another stack made. */
  readonly received?: Readonly<Record<string, Output<string>>>;
  readonly ready?: readonly Resource[];
}

function joinSpoke({ context, network, addresses, settings, demand }: Base, role: SpokeRole): Neighbour {
  const spoke = makeSpoke(context, { role, network, addresses, settings });
  const authorities = demand.secrets.filter(({ made }) => made === 'certificate-authority');
  return {
    received: {
      [role.tokenSecret]: spoke.token,
      // Nothing else of a spoke has an authority that its platform is told: it has no database.
      ...(settings.hub?.privateAuthority === true &&
        Object.fromEntries(authorities.map(({ name }) => [name, spoke.authority]))),
    },
    ready: spoke.ready,
  };
}

interface Stores {
  readonly objectStores: Cloud['objectStores'];
  readonly database?: Database;
  readonly files?: FileStorage;
  readonly ready: readonly Resource[];
}

function makeStores(base: Base, secrets: Secrets): Stores {
  const { context, keys, network, groups, demand, settings } = base;
  const buckets =
    settings.objectStorage === undefined
      ? {}
      : makeObjectStorage(context, keys, demand, settings.objectStorage).buckets;
  const database = makeGrafanaDatabase(base, secrets);
  const files =
    groups.fileStorage === undefined
      ? undefined
      : makeFileStorage(context, { network, keys, securityGroupId: groups.fileStorage });
  return {
    objectStores: Object.fromEntries(
      Object.entries(buckets).map(([purpose, bucket]) => [purpose, { kind: 's3', bucket }]),
    ),
    ...(database !== undefined && { database }),
    ...(files !== undefined && { files }),
    ready: [...(database?.ready ?? []), ...(files?.ready ?? [])],
  };
}

function makeGrafanaDatabase(base: Base, { values }: Secrets): Database | undefined {
  const { context, keys, network, groups, demand, settings } = base;
  if (demand.database === undefined || settings.database === undefined || groups.database === undefined) {
    return undefined;
  }
  return makeDatabase(context, {
    network,
    keys,
    securityGroupId: groups.database,
    password: known(values, demand.database.passwordSecret),
    demand: demand.database,
    settings: settings.database,
  });
}

function entrance(hub: Hub | undefined, { loadBalancer }: SecurityGroups): Partial<Cloud> {
  if (hub?.certificate === undefined || loadBalancer === undefined) return {};
  return {
    loadBalancer: { certificateArn: hub.certificate.arn, securityGroupId: loadBalancer },
    publishHosts: hub.publishHosts,
  };
}

/** Each spoke's own token, by its environment: what its stack puts into its secret store. */
function tokensOf({ spokes }: HubRole, { values }: Secrets): Input<unknown> {
  return secret(
    Object.fromEntries(
      spokes.map(({ environment, tokenSecret }) => [environment, known(values, tokenSecret)]),
    ),
  );
}

/** @throws Error for one that the stack does not know: `checkAws` finds it first */
function known(values: Secrets['values'], name: string): Output<string> {
  const value = values[name];
  if (value === undefined) throw new Error(`the stack does not know the secret ${name}`);
  return value;
}
