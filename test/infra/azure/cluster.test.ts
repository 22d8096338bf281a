import { output, type Output } from '@pulumi/pulumi';
import { makeCluster } from '../../../infra/azure/cluster';
import type { ClusterSettings } from '../../../infra/azure/cluster-settings';
import { recordProgram, UNKNOWN, type Recording } from '../record';
import { CLUSTER_SETTINGS, contextOf, DEMAND, namesOf, networkOf, resource, TENANT } from './azure-fixture';

// The provider's modules take their time to load.
jest.setTimeout(60_000);

const PUBLIC: ClusterSettings = {
  ...CLUSTER_SETTINGS,
  apiServer: { access: 'public', callers: ['203.0.113.0/28'] },
};

interface Options {
  readonly environment?: 'hyperion-dev' | 'hyperion-prod';
  readonly settings?: ClusterSettings;
  readonly preview?: boolean;
  readonly diskEncryption?: boolean;
  readonly dialsNodes?: boolean;
}

function record({
  environment = 'hyperion-prod',
  settings = CLUSTER_SETTINGS,
  preview = false,
  diskEncryption = false,
  dialsNodes = false,
}: Options): Promise<Recording> {
  return recordProgram(
    () => {
      const { kubeconfig, oidcIssuerUrl } = makeCluster(contextOf(environment), {
        network: networkOf(),
        monitoring: { workspaceId: output('/workspace') },
        ...(diskEncryption ? { diskEncryption: { diskEncryptionSetId: output('/disks'), ready: [] } } : {}),
        settings,
        demand: { ...DEMAND, dialsNodes },
      });
      return { kubeconfig, oidcIssuerUrl } satisfies Record<string, Output<string>>;
    },
    { preview },
  );
}

describe('makeCluster', () => {
  let recording: Recording;

  beforeAll(async () => {
    recording = await record({});
  });

  it('lets people in by Entra ID and pods out by workload identity, inside the network only', () => {
    const { inputs, options } = resource(recording, 'ManagedCluster');
    expect(inputs).toMatchObject({
      resourceName: 'hyperion-prod-cluster',
      dnsPrefix: 'hyperion-prod',
      kubernetesVersion: '1.35',
      sku: { name: 'Base', tier: 'Standard' },
      enableRBAC: true,
      disableLocalAccounts: true,
      aadProfile: {
        managed: true,
        enableAzureRBAC: true,
        adminGroupObjectIDs: ['00000000-0000-0000-0000-000000000003'],
        tenantID: TENANT,
      },
      apiServerAccessProfile: {
        enableVnetIntegration: true,
        subnetId: '/subnets/api-server',
        disableRunCommand: true,
        enablePrivateCluster: true,
        enablePrivateClusterPublicFQDN: false,
        privateDNSZone: 'system',
      },
      oidcIssuerProfile: { enabled: true },
      securityProfile: {
        workloadIdentity: { enabled: true },
        imageCleaner: { enabled: true, intervalHours: 168 },
      },
      tags: { system: 'hyperion', environment: 'hyperion-prod' },
    });
    expect(options).toMatchObject({ protect: true, retainOnDelete: true });
  });

  it('enforces NetworkPolicies and sends what leaves to the firewall', () => {
    expect(resource(recording, 'ManagedCluster').inputs.networkProfile).toEqual({
      networkPlugin: 'azure',
      networkDataplane: 'cilium',
      networkPolicy: 'cilium',
      outboundType: 'userDefinedRouting',
      loadBalancerSku: 'standard',
      serviceCidr: '172.20.0.0/16',
      dnsServiceIP: '172.20.0.10',
      // The provider's own default, for networks where pods have addresses of their own kind.
      podCidr: '10.244.0.0/16',
    });
  });

  it('has an engine that matches nodes by address, where pods dial those', async () => {
    const { networkProfile } = resource(await record({ dialsNodes: true }), 'ManagedCluster').inputs;
    expect(networkProfile).toMatchObject({ networkPlugin: 'azure', networkPolicy: 'calico' });
    expect(networkProfile).not.toHaveProperty('networkDataplane');
  });

  it("keeps the system pool for AKS' own pods", () => {
    expect(resource(recording, 'ManagedCluster').inputs.agentPoolProfiles).toEqual([
      {
        name: 'system',
        mode: 'System',
        nodeTaints: ['CriticalAddonsOnly=true:NoSchedule'],
        type: 'VirtualMachineScaleSets',
        vmSize: 'Standard_D4s_v5',
        count: 3,
        minCount: 3,
        maxCount: 6,
        enableAutoScaling: true,
        availabilityZones: ['1', '2', '3'],
        orchestratorVersion: '1.35',
        osType: 'Linux',
        osSKU: 'AzureLinux',
        osDiskType: 'Managed',
        osDiskSizeGB: 128,
        maxPods: 110,
        vnetSubnetID: '/subnets/nodes',
        podSubnetID: '/subnets/pods',
        enableNodePublicIP: false,
        enableEncryptionAtHost: true,
        securityProfile: { enableSecureBoot: true, enableVTPM: true },
        upgradeSettings: { maxSurge: '1', drainTimeoutInMinutes: 60 },
        tags: { system: 'hyperion', environment: 'hyperion-prod' },
      },
    ]);
  });

  it('makes one agent pool of a workload pool in each zone, one after the other', () => {
    const pools = namesOf(recording, 'AgentPool').map((name) => resource(recording, 'AgentPool', name));
    expect(
      pools.map(({ inputs }) => [
        inputs.agentPoolName,
        inputs.mode,
        inputs.availabilityZones,
        inputs.maxCount,
      ]),
    ).toEqual([
      ['apps1', 'User', ['1'], 4],
      ['apps2', 'User', ['2'], 4],
      ['apps3', 'User', ['3'], 4],
    ]);
    expect(pools[1]?.options.dependsOn).toContain(pools[0]?.urn);
    expect(pools[2]?.options.dependsOn).toContain(pools[1]?.urn);
    expect(pools[0]?.inputs).toMatchObject({
      resourceName: 'hyperion-prod-cluster',
      enableEncryptionAtHost: true,
      podSubnetID: '/subnets/pods',
    });
  });

  it('gives the control plane four subnets and the routes, before it makes the cluster', () => {
    const roles = namesOf(recording, 'RoleAssignment').map((name) =>
      resource(recording, 'RoleAssignment', name),
    );
    expect(roles.map(({ inputs }) => inputs.scope)).toEqual([
      '/subnets/api-server',
      '/subnets/load-balancers',
      '/subnets/nodes',
      '/subnets/pods',
      '/routes',
    ]);
    const { dependsOn } = resource(recording, 'ManagedCluster').options;
    expect(dependsOn).toEqual(expect.arrayContaining(roles.map(({ urn }) => urn)));
  });

  it('renews itself in the window, no further than its minor version', () => {
    const configurations = namesOf(recording, 'MaintenanceConfiguration').map(
      (name) => resource(recording, 'MaintenanceConfiguration', name).inputs,
    );
    expect(configurations.map(({ configName }) => configName)).toEqual([
      'aksManagedAutoUpgradeSchedule',
      'aksManagedNodeOSUpgradeSchedule',
    ]);
    expect(configurations[0]?.maintenanceWindow).toEqual({
      schedule: { weekly: { dayOfWeek: 'Sunday', intervalWeeks: 1 } },
      startTime: '02:00',
      utcOffset: '+01:00',
      durationHours: 4,
    });
    expect(resource(recording, 'ManagedCluster').inputs.autoUpgradeProfile).toEqual({
      upgradeChannel: 'patch',
      nodeOSUpgradeChannel: 'NodeImage',
    });
  });

  it('writes down who did what', () => {
    expect(resource(recording, 'DiagnosticSetting').inputs).toMatchObject({
      workspaceId: '/workspace',
      logAnalyticsDestinationType: 'Dedicated',
      logs: [
        { category: 'kube-audit-admin', enabled: true },
        { category: 'guard', enabled: true },
        { category: 'kube-controller-manager', enabled: true },
        { category: 'cloud-controller-manager', enabled: true },
        { category: 'cluster-autoscaler', enabled: true },
      ],
    });
  });

  it('hands over a kubeconfig without a credential', () => {
    const text = recording.outputs.kubeconfig;
    expect(JSON.parse(String(text))).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'hyperion-prod-cluster',
          cluster: {
            server: 'https://hyperion-prod-cluster.example.com:443',
            'certificate-authority-data': 'Y2VydGlmaWNhdGU=',
          },
        },
      ],
      users: [
        {
          name: 'hyperion-prod-cluster',
          user: {
            exec: {
              apiVersion: 'client.authentication.k8s.io/v1beta1',
              command: 'kubelogin',
              args: [
                'get-token',
                '--login',
                'azurecli',
                '--server-id',
                '6dae42f8-4368-4678-94ff-3960e28e3630',
                '--tenant-id',
                TENANT,
              ],
              installHint: 'Install kubelogin: az aks install-cli',
              interactiveMode: 'Never',
              provideClusterInfo: false,
            },
          },
        },
      ],
      contexts: [
        {
          name: 'hyperion-prod-cluster',
          context: { cluster: 'hyperion-prod-cluster', user: 'hyperion-prod-cluster' },
        },
      ],
      'current-context': 'hyperion-prod-cluster',
    });
    expect(recording.outputs.oidcIssuerUrl).toBe('https://oidc.example.com/hyperion-prod-cluster');
  });

  it('shows the same resources in a preview, and what only the cloud knows as unknown', async () => {
    const preview = await record({ preview: true });
    expect(preview.resources.map(({ urn }) => urn)).toEqual(recording.resources.map(({ urn }) => urn));
    expect(preview.outputs).toEqual({ kubeconfig: UNKNOWN, oidcIssuerUrl: UNKNOWN });
  });

  it('opens the API server of a development to named networks, in one zone', async () => {
    const dev = await record({ environment: 'hyperion-dev', settings: PUBLIC });
    const { inputs, options } = resource(dev, 'ManagedCluster');
    expect(inputs.apiServerAccessProfile).toEqual({
      enableVnetIntegration: true,
      subnetId: '/subnets/api-server',
      disableRunCommand: true,
      enablePrivateCluster: false,
      authorizedIPRanges: ['203.0.113.0/28'],
    });
    expect(inputs.sku).toEqual({ name: 'Base', tier: 'Free' });
    expect(options).toMatchObject({ protect: false, retainOnDelete: false });
    expect(namesOf(dev, 'AgentPool')).toEqual(['hyperion-dev-pool-apps']);
  });

  it('encrypts disks with a key of its own, when there is one', async () => {
    const own = await record({ diskEncryption: true });
    expect(resource(own, 'ManagedCluster').inputs.diskEncryptionSetID).toBe('/disks');
    expect(
      resource(own, 'RoleAssignment', 'hyperion-prod-role-cluster-reads-disk-encryption').inputs.scope,
    ).toBe('/disks');
    expect(resource(recording, 'ManagedCluster').inputs.diskEncryptionSetID).toBeUndefined();
  });
});
