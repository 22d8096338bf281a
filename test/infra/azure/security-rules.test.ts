import fc from 'fast-check';
import { azureAddresses } from '../../../infra/address-plan';
import { holds } from '../../../infra/azure/network-settings';
import { securityRules } from '../../../infra/azure/security-rules';
import { ADDRESSES, HYPERION } from './environment-fixture';

const INPUTS = {
  addresses: ADDRESSES,
  inbound: HYPERION.inbound,
  gatewayClients: ['203.0.113.0/24'],
  apiCallers: ['10.62.0.0/24'],
};
const SUBNETS = [
  'gateway',
  'privateEndpoints',
  'apiServer',
  'database',
  'loadBalancers',
  'nodes',
  'pods',
] as const;

/** What a rule says, in a line. */
function lines(subnet: (typeof SUBNETS)[number], inputs: Parameters<typeof securityRules>[1] = INPUTS) {
  return securityRules(subnet, inputs).map((rule) => {
    const from = rule.sourceAddressPrefix ?? rule.sourceAddressPrefixes?.join(' ');
    const to = rule.destinationAddressPrefix ?? rule.destinationAddressPrefixes?.join(' ');
    const ports = rule.destinationPortRange ?? rule.destinationPortRanges?.join(' ');
    return `${rule.priority} ${rule.access} ${rule.name}: ${from} -> ${to} ${rule.protocol} ${ports}`;
  });
}

const REST = '4096 Deny deny-the-rest: * -> * * *';

describe('securityRules', () => {
  it('lets clients and Azure itself come to the gateway', () => {
    expect(lines('gateway')).toEqual([
      '100 Allow gateway-manager: GatewayManager -> 10.40.0.0/24 Tcp 65200-65535',
      '110 Allow load-balancer-probes: AzureLoadBalancer -> 10.40.0.0/24 * *',
      '120 Allow clients: 203.0.113.0/24 -> 10.40.0.0/24 Tcp 80 443',
      REST,
    ]);
  });

  it('lets nobody come to the subnet of a gateway that is not there', () => {
    const { addresses, inbound, apiCallers } = INPUTS;
    expect(lines('gateway', { addresses, inbound, apiCallers })).toEqual([REST]);
  });

  it('lets nodes and pods, and the gateway for its certificate, come to private endpoints', () => {
    expect(lines('privateEndpoints')).toEqual([
      '100 Allow stores: 10.40.16.0/20 10.40.64.0/18 -> 10.40.1.0/24 Tcp 443',
      '110 Allow certificate: 10.40.0.0/24 -> 10.40.1.0/24 Tcp 443',
      REST,
    ]);
  });

  it('lets nodes and pods come to the database by its port, and servers to their standby', () => {
    expect(lines('database')).toEqual([
      '100 Allow postgresql: 10.40.16.0/20 10.40.64.0/18 -> 10.40.4.0/28 Tcp 5432',
      '110 Allow replication: 10.40.4.0/28 -> 10.40.4.0/28 Tcp 5432 6432',
      REST,
    ]);
  });

  it('lets the cluster come to its API', () => {
    expect(lines('apiServer')).toEqual([
      '100 Allow cluster: 10.40.16.0/20 10.40.64.0/18 -> 10.40.2.0/28 Tcp 443 4443',
      '110 Allow callers: 10.62.0.0/24 -> 10.40.2.0/28 Tcp 443',
      '120 Allow load-balancer-probes: AzureLoadBalancer -> 10.40.2.0/28 * *',
      '130 Allow own: 10.40.2.0/28 -> 10.40.2.0/28 * *',
      REST,
    ]);
  });

  it('lets those who are let in come to the load balancers, whose packets the nodes receive', () => {
    expect(lines('nodes')).toEqual([
      '100 Allow cluster: 10.40.2.0/28 10.40.16.0/20 10.40.64.0/18 -> 10.40.16.0/20 * *',
      '110 Allow load-balancer-probes: AzureLoadBalancer -> 10.40.16.0/20 * *',
      '120 Allow in-application-gateway-to-nginx-ingress-443: 10.40.0.0/24 -> 10.40.5.10/32 Tcp 443',
      '130 Allow in-consumer-poseidon-to-kafka-9095: 10.61.0.0/24 -> 10.40.5.21/32 Tcp 9095',
      '140 Allow in-grpc-senders-to-nginx-ingress-443: 10.50.0.0/16 -> 10.40.5.10/32 Tcp 443',
      REST,
    ]);
    expect(lines('loadBalancers')).toEqual([REST]);
  });

  it('lets only the cluster come to pods', () => {
    expect(lines('pods')).toEqual([
      '100 Allow cluster: 10.40.2.0/28 10.40.16.0/20 10.40.64.0/18 -> 10.40.64.0/18 * *',
      '110 Allow load-balancer-probes: AzureLoadBalancer -> 10.40.64.0/18 * *',
      REST,
    ]);
  });

  it('makes one rule for several purposes of one way', () => {
    const inbound = HYPERION.inbound
      .filter(({ purpose }) => purpose.startsWith('application-gateway'))
      .flatMap((flow) => [flow, { ...flow, purpose: 'application-gateway to grafana' }]);
    const rules = securityRules('nodes', { ...INPUTS, inbound }).filter(({ name }) => name.startsWith('in-'));
    expect(rules.map(({ name, description }) => [name, description])).toEqual([
      [
        'in-application-gateway-to-nginx-ingress-443',
        'application-gateway to nginx-ingress, application-gateway to grafana',
      ],
    ]);
  });

  it('admits to its own subnet, or to a load balancer, in every network, and never from everywhere', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.constantFrom(...SUBNETS), (second, subnet) => {
        const addresses = azureAddresses(`10.${second}.0.0/16`);
        const rules = securityRules(subnet, { ...INPUTS, addresses, inbound: [] });
        for (const rule of rules.slice(0, -1)) {
          const to = rule.destinationAddressPrefixes ?? [];
          expect(to.every((block) => holds(addresses[subnet], block))).toBe(true);
          expect([rule.sourceAddressPrefix, ...(rule.sourceAddressPrefixes ?? [])]).not.toContain(
            '0.0.0.0/0',
          );
          expect(rule.sourceAddressPrefix).not.toBe('*');
        }
        const priorities = rules.map(({ priority }) => priority);
        expect(new Set(priorities).size).toBe(rules.length);
        expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
        expect(rules.at(-1)).toMatchObject({ access: 'Deny', priority: Math.max(...priorities) });
      }),
    );
  });
});
