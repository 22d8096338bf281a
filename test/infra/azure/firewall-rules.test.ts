import { egressCollections, ingressCollections, isInternet } from '../../../infra/azure/firewall-rules';
import { ADDRESSES, HYPERION, SETTINGS } from './environment-fixture';

const CLUSTER = ['10.40.16.0/20', '10.40.64.0/18'];

describe('ingressCollections', () => {
  it('lets in who comes from a peered network, past the gateway, with its own address', () => {
    expect(ingressCollections(HYPERION.inbound, ADDRESSES)).toEqual([
      {
        ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
        name: 'senders',
        priority: 100,
        action: { type: 'Allow' },
        rules: [
          {
            ruleType: 'NetworkRule',
            name: 'consumer-poseidon-to-kafka-9095',
            description: 'consumer-poseidon to kafka',
            ipProtocols: ['TCP'],
            sourceAddresses: ['10.61.0.0/24'],
            destinationAddresses: ['10.40.5.21/32'],
            destinationPorts: ['9095'],
          },
          {
            ruleType: 'NetworkRule',
            name: 'grpc-senders-to-nginx-ingress-443',
            description: 'grpc-senders to nginx-ingress',
            ipProtocols: ['TCP'],
            sourceAddresses: ['10.50.0.0/16'],
            destinationAddresses: ['10.40.5.10/32'],
            destinationPorts: ['443'],
          },
        ],
      },
    ]);
  });

  it('has no collection where nobody comes that way: Azure refuses an empty one', () => {
    expect(ingressCollections(HYPERION.inbound.slice(0, 1), ADDRESSES)).toEqual([]);
  });
});

describe('egressCollections', () => {
  it('lets nodes and pods go to names, and mail by its name too', () => {
    expect(egressCollections(HYPERION, ADDRESSES, SETTINGS.firewall)).toEqual([
      {
        ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
        name: 'addresses',
        priority: 100,
        action: { type: 'Allow' },
        rules: [
          {
            ruleType: 'NetworkRule',
            name: 'mail-587',
            description: 'mail',
            ipProtocols: ['TCP'],
            sourceAddresses: CLUSTER,
            destinationFqdns: ['smtp.example.com'],
            destinationPorts: ['587'],
          },
        ],
      },
      {
        ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
        name: 'names',
        priority: 200,
        action: { type: 'Allow' },
        rules: [
          {
            ruleType: 'ApplicationRule',
            name: 'azure-kubernetes-service',
            sourceAddresses: CLUSTER,
            fqdnTags: ['AzureKubernetesService'],
            protocols: [
              { protocolType: 'Http', port: 80 },
              { protocolType: 'Https', port: 443 },
            ],
          },
          web('images-ghcr-io-443', 'images ghcr.io', ['ghcr.io', 'pkg-containers.githubusercontent.com']),
          web('entra-id-https-443', 'entra-id/https', ['login.microsoftonline.com']),
          web('chat-443', 'chat', ['hooks.example.com']),
        ],
      },
    ]);
  });

  it('lets pods go to addresses outside only where a connection has no name', () => {
    const outbound = [
      { purpose: 'partner/https', to: ['10.40.1.0/24', '198.51.100.0/24'], port: 8443 },
      { purpose: 'partner/https', to: ['198.51.100.0/24'], port: 8443 },
      { purpose: 'partner/https', to: ['192.0.2.0/24'], port: 8443 },
    ];
    const [addresses] = egressCollections({ outbound, imageRegistries: [] }, ADDRESSES, {
      ...SETTINGS.firewall,
      allowedHosts: [],
    });
    expect(addresses?.rules).toEqual([
      addressed('partner-https-8443', '198.51.100.0/24'),
      addressed('partner-https-8443-2', '192.0.2.0/24'),
    ]);
  });

  it('opens nothing for the internet as a whole, for the network itself, or for names inside the cluster', () => {
    const outbound = HYPERION.outbound.filter(({ purpose }) => !purpose.startsWith('entra-id'));
    const settings = { ...SETTINGS.firewall, allowedHosts: [] };
    const collections = egressCollections({ outbound, imageRegistries: [] }, ADDRESSES, settings);
    expect(collections.map(({ name }) => name)).toEqual(['names']);
    expect(JSON.stringify(collections)).not.toContain('0.0.0.0/0');
  });

  it('knows hosts of a registry of Azure by its name', () => {
    const settings = { ...SETTINGS.firewall, allowedHosts: [] };
    const demand = { outbound: [], imageRegistries: ['example.azurecr.io'] };
    const [names] = egressCollections(demand, ADDRESSES, settings);
    expect(names?.rules).toContainEqual(
      web('images-example-azurecr-io-443', 'images example.azurecr.io', [
        'example.azurecr.io',
        '*.data.azurecr.io',
      ]),
    );
  });
});

describe('isInternet', () => {
  it.each([
    ['everywhere without a name', { to: ['0.0.0.0/0'] }, true],
    ['the firewall itself', { to: ['10.40.3.4/32'] }, true],
    ['everywhere, by a name', { to: ['0.0.0.0/0'], host: 'hooks.example.com' }, false],
    ['somewhere', { to: ['198.51.100.0/24'] }, false],
  ])('%s', (_, flow, expected) => {
    expect(isInternet({ purpose: 'p', port: 443, ...flow }, ADDRESSES)).toBe(expected);
  });
});

function web(name: string, description: string, targetFqdns: string[]) {
  return {
    ruleType: 'ApplicationRule',
    name,
    description,
    sourceAddresses: CLUSTER,
    targetFqdns,
    protocols: [{ protocolType: 'Https', port: 443 }],
  };
}

function addressed(name: string, to: string) {
  return {
    ruleType: 'NetworkRule',
    name,
    description: 'partner/https',
    ipProtocols: ['TCP'],
    sourceAddresses: CLUSTER,
    destinationAddresses: [to],
    destinationPorts: ['8443'],
  };
}
