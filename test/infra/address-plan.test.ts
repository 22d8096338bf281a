import fc from 'fast-check';
import { awsAddresses, azureAddresses } from '../../infra/address-plan';
import { addressAt, contains, formatBlock, overlap, parseBlock, sizeOf, type Block } from '../../infra/cidr';

const block = (cidr: string): Block => {
  const parsed = parseBlock(cidr);
  if (parsed === undefined) throw new Error(`${cidr} is no block`);
  return parsed;
};

const ANY_BLOCK = fc
  .record({ bits: fc.integer({ min: 0, max: 32 }), seed: fc.nat(0xffffffff) })
  .map(({ bits, seed }) => ({ bits, first: seed - (seed % 2 ** (32 - bits)) }));

const ANY_NETWORK = fc
  .tuple(fc.integer({ min: 1, max: 223 }), fc.integer({ min: 0, max: 255 }))
  .map(([a, b]) => `${a}.${b}.0.0/16`);

/** The blocks of a plan, by name; those of zones are named after their zone. */
function partsOf(plan: object): [string, string][] {
  return Object.entries(plan)
    .filter(([name]) => name !== 'block' && name !== 'firewallAddress')
    .flatMap(([name, value]: [string, unknown]) =>
      Array.isArray(value)
        ? value.map((cidr: unknown, zone): [string, string] => [`${name}-${zone}`, String(cidr)])
        : [[name, String(value)] as [string, string]],
    );
}

function expectSound(whole: string, parts: readonly [string, string][]): void {
  for (const [name, cidr] of parts) {
    expect([name, contains(block(whole), block(cidr))]).toEqual([name, true]);
    for (const [other, otherCidr] of parts) {
      expect([name, other, overlap(block(cidr), block(otherCidr))]).toEqual([name, other, name === other]);
    }
  }
}

test('a block is written as it was read', () => {
  fc.assert(
    fc.property(ANY_BLOCK, (any) => {
      expect(parseBlock(formatBlock(any))).toEqual(any);
    }),
  );
});

test.each(['10.0.0.1/16', '10.0.0.0', '10.0.0.0/33', '256.0.0.0/8', '10.0.0.0/16 ', 'ten/8', ''])(
  '%j is no block',
  (text) => {
    expect(parseBlock(text)).toBeUndefined();
  },
);

test('two blocks overlap exactly when one contains the other', () => {
  fc.assert(
    fc.property(ANY_BLOCK, ANY_BLOCK, (a, b) => {
      expect(overlap(a, b)).toBe(contains(a, b) || contains(b, a));
    }),
  );
});

test('addresses are counted from the first', () => {
  expect(addressAt('10.40.5.0/26', 10)).toBe('10.40.5.10');
  expect(addressAt('10.0.0.0/16', 256)).toBe('10.0.1.0');
  expect(() => addressAt('10.40.5.0/26', 64)).toThrow('10.40.5.0/26 has no address number 64');
});

test("Azure's plan, literally", () => {
  expect(azureAddresses('10.40.0.0/16')).toEqual({
    block: '10.40.0.0/16',
    gateway: '10.40.0.0/24',
    privateEndpoints: '10.40.1.0/24',
    apiServer: '10.40.2.0/28',
    firewall: '10.40.3.0/26',
    firewallAddress: '10.40.3.4',
    database: '10.40.4.0/28',
    loadBalancers: '10.40.5.0/26',
    nodes: '10.40.16.0/20',
    pods: '10.40.64.0/18',
  });
});

test("AWS' plan over three zones, literally", () => {
  expect(awsAddresses('10.110.0.0/16', 3)).toEqual({
    block: '10.110.0.0/16',
    loadBalancers: ['10.110.0.0/24', '10.110.1.0/24', '10.110.2.0/24'],
    controlPlane: ['10.110.3.0/28', '10.110.3.16/28', '10.110.3.32/28'],
    endpoints: ['10.110.4.0/28', '10.110.4.16/28', '10.110.4.32/28'],
    database: ['10.110.5.0/28', '10.110.5.16/28', '10.110.5.32/28'],
    transit: ['10.110.6.0/28', '10.110.6.16/28', '10.110.6.32/28'],
    public: ['10.110.7.0/28', '10.110.7.16/28', '10.110.7.32/28'],
    nodes: ['10.110.16.0/20', '10.110.32.0/20', '10.110.48.0/20'],
  });
});

test('subnets are inside their network and apart from each other, in any network and any number of zones', () => {
  fc.assert(
    fc.property(ANY_NETWORK, fc.integer({ min: 1, max: 4 }), (network, zones) => {
      expectSound(network, partsOf(azureAddresses(network)));
      expectSound(network, partsOf(awsAddresses(network, zones)));
    }),
  );
});

test('every subnet has the room that its cloud demands', () => {
  const azure = azureAddresses('10.0.0.0/16');
  expect(block(azure.firewall).bits).toBe(26);
  expect(sizeOf(block(azure.pods))).toBeGreaterThan(3 * sizeOf(block(azure.nodes)));
  const aws = awsAddresses('10.0.0.0/16', 1);
  // Two zones for what spreads by itself, one for nodes.
  expect([aws.controlPlane.length, aws.database.length, aws.nodes.length]).toEqual([2, 2, 1]);
});

test('one more zone moves no subnet', () => {
  for (const zones of [1, 2, 3]) {
    const before = partsOf(awsAddresses('10.0.0.0/16', zones));
    const after = new Map(partsOf(awsAddresses('10.0.0.0/16', zones + 1)));
    for (const [name, cidr] of before) expect([name, after.get(name)]).toEqual([name, cidr]);
  }
});

test.each([
  ['10.0.0.0/20', '10.0.0.0/20 is not a /16 that begins at its own first address, e.g. 10.40.0.0/16'],
  ['10.0.1.0/16', '10.0.1.0/16 is not a /16 that begins at its own first address, e.g. 10.40.0.0/16'],
])('%s is no network for a plan', (network, message) => {
  expect(() => azureAddresses(network)).toThrow(message);
  expect(() => awsAddresses(network, 3)).toThrow(message);
});

test.each([0, 5, 1.5])('%s zones are too few or too many', (zones) => {
  expect(() => awsAddresses('10.0.0.0/16', zones)).toThrow(
    `an address plan of AWS has 1 to 4 zones, not ${zones}`,
  );
});
