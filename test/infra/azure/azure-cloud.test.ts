/**
 * What these tests prove: the requests that the program makes of Azure. What they cannot: whether Azure would take them.
 */
import { output } from '@pulumi/pulumi';
import { azureCloud } from '../../../infra/azure/azure-cloud';
import type { AzureSettings } from '../../../infra/azure/settings';
import type { CloudDemand } from '../../../infra/cloud';
import { recordProgram, type Recording, RecordedSecret } from '../record';
import { namesOf, resource } from './azure-fixture';
import { ADDRESSES, HYPERION, PLAIN_SETTINGS, SETTINGS, WITHOUT_DATABASE } from './environment-fixture';

function record({ demand = HYPERION, settings = SETTINGS } = {}, preview = false): Promise<Recording> {
  return recordProgram(
    () => {
      const cloud = azureCloud({
        demand,
        addresses: ADDRESSES,
        settings,
        tags: { system: 'hyperion', environment: demand.environment, owner: 'platform' },
        given: { 'slack-hyperion-webhook': output('https://hooks.example.com/1') },
      });
      cloud.publishHosts?.(Object.fromEntries(demand.hosts.map(({ host }) => [host, output('10.40.5.10')])));
      return {
        ...cloud.outputs,
        operators: cloud.operators,
        secretStore: cloud.secretStore,
        ...(cloud.database === undefined ? {} : { database: cloud.database.host }),
        stores: Object.keys(cloud.objectStores),
      };
    },
    { preview, stack: demand.environment },
  );
}

/** A hundred resources, and the provider's modules the first time, on a machine that does other things too. */
const RECORDING_MS = 180_000;

const STACK: CloudDemand = {
  ...WITHOUT_DATABASE,
  environment: 'telemetry-dev',
  system: 'telemetry-stack',
  tier: 'dev',
  zones: 1,
  hosts: [{ host: 'grafana.telemetry.example.com', entrance: 'telemetry/grafana' }],
  inbound: [],
  objectStores: [],
};
const STACK_SETTINGS: AzureSettings = {
  ...PLAIN_SETTINGS,
  firewall: { ...PLAIN_SETTINGS.firewall, tier: 'Standard' },
  dns: { zone: 'telemetry.example.com' },
  cluster: { ...PLAIN_SETTINGS.cluster, diskKey: 'azure' },
};

describe('azureCloud', () => {
  let hyperion: Recording;
  let stack: Recording;
  beforeAll(async () => {
    hyperion = await record();
    stack = await record({ demand: STACK, settings: STACK_SETTINGS });
  }, RECORDING_MS);

  it('hands over what the platform waits for', () => {
    expect(hyperion.outputs).toMatchObject({
      resourceGroup: 'hyperion-prod',
      firewallAddress: '10.40.3.4',
      egressAddress: '192.0.2.10',
      gatewayAddress: '192.0.2.10',
      stores: ['logs', 'metrics-backup'],
      secretStore: { kind: 'azure-key-vault', name: 'the-store' },
      operators: {
        'external-secrets': { kind: 'azure', tenantId: SETTINGS.tenantId },
        'cert-manager': { kind: 'azure', tenantId: SETTINGS.tenantId },
      },
    });
    expect(Object.keys(hyperion.outputs)).toEqual(
      expect.arrayContaining(['cluster', 'keyVault', 'nameServers', 'nodeResourceGroup', 'virtualNetwork']),
    );
  });

  it(
    'makes the same resources in a preview',
    async () => {
      const shape = ({ resources }: Recording) => resources.map(({ urn, parent }) => ({ urn, parent }));
      expect(shape(await record({}, true))).toEqual(shape(hyperion));
      expect(shape(await record({ demand: STACK, settings: STACK_SETTINGS }, true))).toEqual(shape(stack));
    },
    RECORDING_MS,
  );

  it('makes everything in one group of one subscription, which a production keeps', () => {
    const group = resource(hyperion, 'ResourceGroup');
    expect(group.inputs).toEqual({
      resourceGroupName: 'hyperion-prod',
      location: 'westeurope',
      tags: { system: 'hyperion', environment: 'hyperion-prod', owner: 'platform' },
    });
    expect(group.options).toMatchObject({ protect: true, retainOnDelete: true });
    expect(resource(stack, 'ResourceGroup').options).toMatchObject({ protect: false, retainOnDelete: false });
    const provider = hyperion.resources.find(({ type }) => type === 'pulumi:providers:azure-native');
    expect(provider?.inputs).toMatchObject({
      subscriptionId: SETTINGS.subscriptionId,
      tenantId: SETTINGS.tenantId,
    });
    const azure = hyperion.resources.filter(({ type }) => type.startsWith('azure-native:'));
    expect(azure.filter(({ options }) => !options.provider.includes('hyperion-prod-azure'))).toEqual([]);
  });

  it('keeps what only this environment is to cost', () => {
    const { inputs } = resource(hyperion, 'consumption:Budget');
    const notification = (threshold: number, thresholdType: string) => ({
      enabled: true,
      operator: 'GreaterThanOrEqualTo',
      threshold,
      thresholdType,
      contactEmails: ['platform@example.com'],
    });
    expect(inputs).toMatchObject({
      budgetName: 'hyperion-prod-monthly-budget',
      scope: `/subscriptions/${SETTINGS.subscriptionId}`,
      category: 'Cost',
      timeGrain: 'Monthly',
      amount: 12_000,
      timePeriod: { startDate: '2026-12-01T00:00:00Z' },
      filter: { dimensions: { name: 'ResourceGroupName', operator: 'In' } },
      notifications: {
        'actual-50': notification(50, 'Actual'),
        'actual-80': notification(80, 'Actual'),
        'actual-100': notification(100, 'Actual'),
        'forecast-110': notification(110, 'Forecasted'),
      },
    });
  });

  it('points what the gateway serves to it, and the rest to the load balancer', () => {
    const records = hyperion.resources
      .filter(({ type }) => type === 'azure-native:dns:RecordSet')
      .map(({ name, inputs }) => [name, inputs.relativeRecordSetName, inputs.aRecords]);
    expect(records).toEqual([
      ['hyperion-prod-record-grafana', 'grafana', [{ ipv4Address: '192.0.2.10' }]],
      ['hyperion-prod-record-otlp', 'otlp', [{ ipv4Address: '192.0.2.10' }]],
      ['hyperion-prod-record-otlp-grpc', 'otlp-grpc', [{ ipv4Address: '10.40.5.10' }]],
    ]);
    expect(resource(hyperion, 'Zone').inputs).toMatchObject({
      zoneName: 'hyperion.example.com',
      zoneType: 'Public',
    });
    expect(resource(hyperion, 'Zone').options.protect).toBe(true);
  });

  it('makes no gateway where clients come to the internal load balancer', () => {
    expect(namesOf(stack, 'ApplicationGateway')).toEqual([]);
    expect(namesOf(stack, 'WebApplicationFirewallPolicy')).toEqual([]);
    expect(namesOf(stack, 'PublicIPAddress')).toEqual(['telemetry-dev-firewall-address']);
    expect(resource(stack, 'RecordSet').inputs.aRecords).toEqual([{ ipv4Address: '10.40.5.10' }]);
    expect(stack.outputs.gatewayAddress).toBeUndefined();
    expect(namesOf(stack, 'Server')).toEqual([]);
  });

  it('waits for the firewall, which answers for names, before it makes what looks for some', () => {
    const firewall = resource(hyperion, 'AzureFirewall').urn;
    for (const type of ['ManagedCluster', 'ApplicationGateway', 'dbforpostgresql:Server']) {
      expect([type, resource(hyperion, type).options.dependsOn.includes(firewall)]).toEqual([type, true]);
    }
  });

  it('writes no secret in plain text', () => {
    const password = resource(hyperion, 'dbforpostgresql:Server').inputs.administratorLoginPassword;
    expect(password).toBeInstanceOf(RecordedSecret);
  });

  it('lets the certificate maker write into the zone, and nowhere else', () => {
    const grant = resource(hyperion, 'RoleAssignment', 'hyperion-prod-role-cert-manager-writes-zone');
    expect(grant.inputs).toMatchObject({
      scope: expect.stringContaining('/providers/Microsoft.dns/Zone/') as string,
      roleDefinitionId: expect.stringContaining('befefa01-2a29-4197-83a8-272ff33ce314') as string,
    });
  });

  it('tags everything that takes tags', () => {
    const untagged = hyperion.resources
      .filter(({ type, inputs }) => type.startsWith('azure-native:') && inputs.tags === undefined)
      .map(({ type }) => type.split(':')[2]);
    expect([...new Set(untagged)].sort()).toEqual([...WITHOUT_TAGS].sort());
  });
});

/** Parts of others, which Azure lets have none. */
const WITHOUT_TAGS = [
  'BlobContainer',
  'BlobServiceProperties',
  'Budget',
  'Configuration',
  'Database',
  'DiagnosticSetting',
  'FederatedIdentityCredential',
  'FirewallPolicyRuleCollectionGroup',
  'MaintenanceConfiguration',
  'PrivateDnsZoneGroup',
  'RecordSet',
  'RoleAssignment',
  'Subnet',
  'VirtualNetworkPeering',
];
