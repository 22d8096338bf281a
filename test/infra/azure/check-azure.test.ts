import { azureAddresses } from '../../../infra/address-plan';
import { azureHandsOver, checkAzure } from '../../../infra/azure/check-azure';
import { AzureSettings } from '../../../infra/azure/settings';
import type { CloudDemand } from '../../../infra/cloud';
import { parseSettings } from '../../../infra/parse-settings';
import { SettingError } from '../../../infra/setting-error';
import {
  ADDRESSES,
  DATABASE,
  GATEWAY,
  HYPERION,
  PLAIN_SETTINGS,
  SETTINGS,
  WITHOUT_DATABASE,
} from './environment-fixture';

const PATH = 'Pulumi.hyperion-prod.yaml: hyperion:azure';

interface Wrong {
  readonly demand?: Partial<CloudDemand>;
  readonly settings?: Partial<AzureSettings>;
  readonly addresses?: typeof ADDRESSES;
}

/** What the operator reads. */
function told({ demand, settings, addresses }: Wrong): string {
  const problems = checkAzure(
    { ...HYPERION, ...demand },
    addresses ?? ADDRESSES,
    { ...SETTINGS, ...settings },
    PATH,
    ['slack-hyperion-webhook'],
  );
  return new SettingError(problems).message;
}

describe('checkAzure', () => {
  it('finds nothing wrong with settings that fit the platform', () => {
    expect(parseSettings(AzureSettings, SETTINGS, PATH).problems).toEqual([]);
    expect(told({})).toBe('');
  });

  it('refuses a region that Azure does not have', () => {
    expect(told({ settings: { location: 'West Europe' } })).toBe(
      [
        `${PATH}: location = "West Europe"`,
        '  rule:   a location is a public region of Azure, written in lower case and without spaces',
        '  remedy: choose one, e.g. westeurope (`az account list-locations --output table`)',
      ].join('\n'),
    );
  });

  it('refuses a region without zones for an environment that spreads over some', () => {
    expect(told({ settings: { location: 'westus' } })).toBe(
      [
        `${PATH}: location = "westus"`,
        '  rule:   the environment spreads over 3 zones, and westus has none',
        '  remedy: choose a region with availability zones',
      ].join('\n'),
    );
  });

  it('refuses more zones than a region has', () => {
    expect(told({ demand: { zones: 4 } })).toContain(
      [
        `${PATH}: location = "westeurope"`,
        '  rule:   the environment spreads over 4 zones, and westeurope has 3',
        '  remedy: spread it over 3 zones at most',
      ].join('\n'),
    );
  });

  it('refuses a subnet outside its network, and one that overlaps another', () => {
    const addresses = { ...ADDRESSES, gateway: '10.41.0.0/24', database: '10.40.1.16/28' };
    const text = told({ addresses, settings: {} });
    expect(text).toContain(
      [
        `${PATH}: addresses.gateway = "10.41.0.0/24"`,
        '  rule:   every subnet lies in its network, 10.40.0.0/16',
        "  remedy: take the addresses of the environment's values from `azureAddresses(block)`",
      ].join('\n'),
    );
    expect(text).toContain(
      `${PATH}: addresses.database = "10.40.1.16/28"\n  rule:   it overlaps privateEndpoints, 10.40.1.0/24`,
    );
  });

  it('refuses a firewall whose address is elsewhere', () => {
    expect(told({ addresses: { ...ADDRESSES, firewallAddress: '10.40.5.4' } })).toContain(
      `${PATH}: addresses.firewallAddress = "10.40.5.4"\n  rule:   the firewall has an address in 10.40.3.0/26`,
    );
  });

  it('refuses an ingress address outside the subnet of load balancers', () => {
    const inbound = HYPERION.inbound.map((flow) => ({ ...flow, to: ['10.40.16.10/32'] }));
    expect(told({ demand: { inbound } })).toBe(
      [
        `${PATH}.network: loadBalancers = "10.40.16.10/32"`,
        '  rule:   addresses of internal load balancers lie in 10.40.5.0/26, where no node can take them (grpc-senders to nginx-ingress)',
        "  remedy: choose an address of that subnet in the environment's values",
      ].join('\n'),
    );
  });

  it('refuses a peer that overlaps the network, and two that overlap each other', () => {
    const peers = SETTINGS.network.peers.map((peer) => ({
      ...peer,
      blocks: [...peer.blocks, peer.name === 'shops' ? '10.40.128.0/17' : '10.50.7.0/24'],
    }));
    expect(told({ settings: { network: { peers } } })).toBe(
      [
        `${PATH}.network.peers.shops: blocks = "10.40.128.0/17"`,
        '  rule:   networks beside each other share no address, and 10.40.128.0/17 overlaps 10.40.0.0/16 of this network',
        '  remedy: give one of the two another block',
        `${PATH}.network.peers.poseidon: blocks = "10.50.7.0/24"`,
        '  rule:   networks beside each other share no address, and 10.50.7.0/24 overlaps 10.50.0.0/16 of shops',
        '  remedy: give one of the two another block',
      ].join('\n'),
    );
  });

  it('refuses a block of a peer that is none', () => {
    const peers = SETTINGS.network.peers.map((peer) =>
      peer.name === 'shops' ? { ...peer, blocks: ['10.50.0.0/16', '10.52.1.0/16'] } : peer,
    );
    expect(told({ settings: { network: { peers } } })).toBe(
      [
        `${PATH}.network.peers.shops: blocks = "10.52.1.0/16"`,
        '  rule:   a block begins at its own first address and is written like 10.50.0.0/16',
        '  remedy: write the block as the other network declares it',
      ].join('\n'),
    );
  });

  it('refuses senders whom no peer brings', () => {
    const peers = SETTINGS.network.peers.filter(({ name }) => name !== 'shops');
    expect(told({ settings: { network: { peers } } })).toBe(
      [
        `${PATH}.network: peers = ["poseidon"]`,
        '  rule:   whoever comes in belongs to this network or to a peer, and 10.50.0.0/16 (grpc-senders to nginx-ingress) belongs to none',
        "  remedy: add the network that has 10.50.0.0/16 to the peers, or remove it from the environment's values",
      ].join('\n'),
    );
  });

  it('refuses images from a registry whose hosts nobody knows, until they are allowed', () => {
    const demand = { ...HYPERION, imageRegistries: ['example.azurecr.io', 'images.example.com'] };
    expect(told({ demand })).toBe(
      [
        `${PATH}.firewall: allowedHosts = ["hooks.example.com","smtp.example.com"]`,
        '  rule:   images come from images.example.com, and only of docker.io, ghcr.io, quay.io, reg.kyverno.io, registry.k8s.io and *.azurecr.io is it known from which hosts layers come',
        '  remedy: name images.example.com here, and with it the hosts to which it sends those who fetch a layer',
      ].join('\n'),
    );
    const allowedHosts = [
      ...SETTINGS.firewall.allowedHosts,
      { purpose: 'images of ours', hosts: ['images.example.com'] },
    ];
    expect(told({ demand, settings: { firewall: { ...SETTINGS.firewall, allowedHosts } } })).toBe('');
  });

  it('refuses an allowed host that is an address of a page, or everything', () => {
    const allowedHosts = [{ purpose: 'chat', hosts: ['https://hooks.example.com/1', '*', '*.example.com'] }];
    const text = told({ settings: { firewall: { ...SETTINGS.firewall, allowedHosts } } });
    expect(text).toContain(
      [
        `${PATH}.firewall.allowedHosts: hosts = "https://hooks.example.com/1"`,
        '  rule:   a host is a name of two parts or more, whose first may be a star (chat)',
        '  remedy: write it like hooks.example.com or *.example.com, without scheme, port or path',
      ].join('\n'),
    );
    expect(text).toContain(`${PATH}.firewall.allowedHosts: hosts = "*"`);
    expect(text).not.toContain('"*.example.com"');
  });

  it('refuses a platform that goes to the internet without a name for anybody there', () => {
    expect(told({ settings: { firewall: { ...SETTINGS.firewall, allowedHosts: [] } } })).toBe(
      [
        `${PATH}.firewall: allowedHosts = []`,
        '  rule:   the internet is reached by name only, and these have named nobody: alertmanager-receivers/https',
        '  remedy: list the hosts that they have to reach',
      ].join('\n'),
    );
  });

  it('refuses a missing domain', () => {
    expect(told({ settings: { dns: { zone: '' } } })).toBe(
      [
        `${PATH}.dns: zone = ""`,
        '  rule:   an environment has a domain of its own, in lower case and without a dot at the end',
        "  remedy: set the domain that the environment's values name, e.g. hyperion.example.com",
      ].join('\n'),
    );
  });

  it('refuses the domain of another environment', () => {
    expect(told({ settings: { dns: { zone: 'dev.hyperion.example.com' } } })).toContain(
      [
        `${PATH}.dns: zone = "dev.hyperion.example.com"`,
        "  rule:   every host to which the platform answers lies in the environment's domain, and otlp.hyperion.example.com does not",
        "  remedy: set the domain that the environment's values name",
      ].join('\n'),
    );
  });

  it('refuses a gateway for a host to which nobody answers', () => {
    expect(told({ settings: { gateway: { ...GATEWAY, webHost: 'www.example.com' } } })).toBe(
      [
        `${PATH}.gateway: webHost = "www.example.com"`,
        '  rule:   the gateway leads to a host to which the platform answers: otlp.hyperion.example.com, otlp-grpc.hyperion.example.com, grafana.hyperion.example.com',
        "  remedy: name one of these, or correct the domain in the environment's values",
      ].join('\n'),
    );
  });

  it('refuses one host for telemetry and pages', () => {
    expect(told({ settings: { gateway: { ...GATEWAY, webHost: GATEWAY.telemetryHost } } })).toBe(
      [
        `${PATH}.gateway: webHost = "otlp.hyperion.example.com"`,
        '  rule:   telemetry and pages have hosts of their own, each with its rules',
        "  remedy: name Grafana's host",
      ].join('\n'),
    );
  });

  it('refuses a certificate that lies in no Key Vault, or is of one version', () => {
    const certificate = {
      vaultId: 'https://example-certs.vault.azure.net',
      name: 'hyperion/0123456789abcdef',
    };
    expect(told({ settings: { gateway: { ...GATEWAY, certificate } } })).toBe(
      [
        `${PATH}.gateway.certificate: vaultId = "https://example-certs.vault.azure.net"`,
        '  rule:   the certificate lies in a Key Vault, named by its full ID',
        '  remedy: write /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.KeyVault/vaults/<vault>',
        `${PATH}.gateway.certificate: name = "hyperion/0123456789abcdef"`,
        '  rule:   a name in a Key Vault has letters, digits and hyphens only, without a version',
        '  remedy: write the name alone: the gateway follows its latest version',
      ].join('\n'),
    );
  });

  it('refuses the name of a root that a Key Vault cannot have', () => {
    expect(told({ settings: { gateway: { ...GATEWAY, backendRoot: 'our root' } } })).toBe(
      [
        `${PATH}.gateway: backendRoot = "our root"`,
        '  rule:   a name in a Key Vault has letters, digits and hyphens only, without a version',
        '  remedy: write the name alone: the gateway follows its latest version',
      ].join('\n'),
    );
  });

  it('refuses a gateway with more instances at least than at most', () => {
    expect(told({ settings: { gateway: { ...GATEWAY, minInstances: 5, maxInstances: 4 } } })).toBe(
      [
        `${PATH}.gateway: minInstances = 5`,
        '  rule:   a gateway has at least as many instances as its least, and at most 4 are allowed',
        '  remedy: raise maxInstances or lower minInstances',
      ].join('\n'),
    );
  });

  it('refuses more instances than a gateway can have, and one alone in production', () => {
    expect(told({ settings: { gateway: { ...GATEWAY, minInstances: 1, maxInstances: 200 } } })).toBe(
      [
        `${PATH}.gateway: maxInstances = 200`,
        '  rule:   a gateway of version 2 has 1 to 125 instances',
        '  remedy: choose a number between them',
        `${PATH}.gateway: minInstances = 1`,
        '  rule:   in prod at least 2 instances run: with fewer, an upgrade of one is an outage',
        '  remedy: set 2 or more',
      ].join('\n'),
    );
  });

  it('refuses a gateway for nobody, and for a network that is none', () => {
    expect(told({ settings: { gateway: { ...GATEWAY, clients: [] } } })).toBe(
      [
        `${PATH}.gateway: clients = []`,
        '  rule:   a gateway is there for somebody',
        '  remedy: name the networks of senders and people, e.g. 203.0.113.0/24, or 0.0.0.0/0 for everybody',
      ].join('\n'),
    );
    expect(told({ settings: { gateway: { ...GATEWAY, clients: ['203.0.113.1/24'] } } })).toContain(
      `${PATH}.gateway: clients = "203.0.113.1/24"\n  rule:   a network is a CIDR block that begins at its own first address`,
    );
  });

  it('refuses a gateway for a platform that does not wait for one, and the other way round', () => {
    const inbound = HYPERION.inbound.filter(({ purpose }) => !purpose.startsWith('application-gateway'));
    expect(told({ demand: { inbound } })).toBe(
      [
        `${PATH}.gateway: gateway = "10.40.0.0/24"`,
        "  rule:   the platform takes requests from the gateway's subnet at one address, and none of its flows begins in 10.40.0.0/24",
        "  remedy: give the ingress controller this subnet as the gateway's in the environment's values, or remove the section",
      ].join('\n'),
    );
    const without = { ...PLAIN_SETTINGS, database: DATABASE };
    const problems = checkAzure(HYPERION, ADDRESSES, without, PATH);
    expect(new SettingError(problems).message).toBe(
      [
        `${PATH}: gateway = undefined`,
        '  rule:   the platform waits for requests from an Application Gateway in 10.40.0.0/24 (application-gateway to nginx-ingress)',
        '  remedy: set the section: hosts, certificate, clients, instances',
      ].join('\n'),
    );
  });

  it('refuses a budget of nothing, of no month, and for nobody', () => {
    const budget = { monthlyAmount: 0, firstMonth: 'December', contacts: [] };
    expect(told({ settings: { budget } })).toBe(
      [
        `${PATH}.budget: monthlyAmount = 0`,
        '  rule:   a budget is more than nothing, or it warns from the first hour',
        '  remedy: set what the environment may cost a month',
        `${PATH}.budget: firstMonth = "December"`,
        '  rule:   a budget begins with a month, written like 2026-12',
        '  remedy: set the month of the first deployment, and leave it',
        `${PATH}.budget: contacts = []`,
        '  rule:   somebody has to be told when the budget runs out',
        '  remedy: name at least one mail address',
      ].join('\n'),
    );
  });

  it('refuses a contact without a mail address', () => {
    expect(told({ settings: { budget: { ...SETTINGS.budget, contacts: ['the platform team'] } } })).toBe(
      [
        `${PATH}.budget: contacts = "the platform team"`,
        '  rule:   a contact is a mail address',
        '  remedy: write it like platform@example.com',
      ].join('\n'),
    );
  });

  it('refuses claims of a storage class that AKS does not bring', () => {
    expect(told({ demand: { storageClasses: ['gp3-encrypted'] } })).toBe(
      [
        `${PATH}: storageClasses = "gp3-encrypted"`,
        '  rule:   AKS brings these storage classes, and the stack makes no others: default, managed, managed-csi, managed-csi-premium, managed-premium, azurefile, azurefile-csi, azurefile-csi-premium, azurefile-premium',
        "  remedy: choose one of them in the environment's values",
      ].join('\n'),
    );
  });

  it('asks the layers below as well', () => {
    expect(told({ settings: { monitoring: { retentionDays: 7 } } })).toContain(
      `${PATH}.monitoring: retentionDays = 7`,
    );
    const without = { ...PLAIN_SETTINGS, gateway: GATEWAY };
    const [problem] = checkAzure(HYPERION, ADDRESSES, without, PATH);
    expect(problem).toMatchObject({ path: PATH, property: 'database', remedy: 'set it' });
  });

  it('finds every plan of the address plan in order', () => {
    const addresses = azureAddresses('10.10.0.0/16');
    const demand = { ...WITHOUT_DATABASE, inbound: [] };
    expect(checkAzure(demand, addresses, PLAIN_SETTINGS, PATH)).toEqual([]);
  });
});

describe('settings', () => {
  it.each([
    ['a subscription that is none', { subscriptionId: 'mine' }, 'subscriptionId'],
    ['a property that nobody knows', { region: 'westeurope' }, 'region'],
    ['a firewall without a DNS proxy', { firewall: { ...SETTINGS.firewall, tier: 'Basic' } }, 'tier'],
    ['settings without a domain', { dns: {} }, 'zone'],
  ])('refuse %s', (_, wrong, property) => {
    const { problems } = parseSettings(AzureSettings, { ...SETTINGS, ...wrong }, PATH);
    expect(problems.map((problem) => problem.property)).toContain(property);
  });
});

describe('azureHandsOver', () => {
  it('names a store for each purpose, and a database where the settings have one', () => {
    expect(azureHandsOver(SETTINGS, HYPERION)).toEqual({
      objectStores: [
        { purpose: 'logs', kind: 'azure-blob' },
        { purpose: 'metrics-backup', kind: 'azure-blob' },
      ],
      hasDatabase: true,
      hasLoadBalancer: false,
      given: [],
    });
    expect(azureHandsOver({}, { objectStores: [] })).toEqual({
      objectStores: [],
      hasDatabase: false,
      hasLoadBalancer: false,
      given: [],
    });
  });
});
