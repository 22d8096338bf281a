import type { ResourceValidationPolicy, StackValidationPolicy } from '@pulumi/policy';
import { CLOUD_RULES } from '../../policies/cloud/rules';
import { packPolicies, type PackOptions } from '../../policies/pack';
import { RULES } from '../../policies/rules';

const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';
const PRODUCTION: PackOptions = { tier: 'prod', exceptions: [], cloudExceptions: [] };

/** As the policy SDK hands properties over: whoever touches an unknown one ends the policy. */
function guarded<T extends object>(target: T): T {
  return new Proxy(target, {
    get: (fields, name) => {
      const value = (fields as Record<string | symbol, unknown>)[name];
      if (value === UNKNOWN) throw new Error(`${String(name)} can't be known during preview`);
      return typeof value === 'object' && value !== null ? guarded(value) : value;
    },
  });
}

function said(name: string, type: string, props: object, options = PRODUCTION): string[] {
  const policy = packPolicies(options).find((one): one is ResourceValidationPolicy => one.name === name);
  const messages: string[] = [];
  const validate = policy?.validateResource as (args: object, report: (message: string) => void) => void;
  validate({ type, name: 'it', urn: 'urn:it', props: guarded(props) }, (message) => messages.push(message));
  return messages;
}

describe('the pack', () => {
  test('has one policy for each rule, those of production only there', () => {
    const names = (tier: 'dev' | 'prod') => packPolicies({ ...PRODUCTION, tier }).map(({ name }) => name);
    expect(names('prod').sort()).toEqual(
      [...RULES, ...CLOUD_RULES]
        .filter(({ onlyIn }) => onlyIn?.includes('prod') ?? true)
        .map(({ id }) => id)
        .sort(),
    );
    expect(names('dev')).not.toContain('waf-prevents');
  });

  test.each([
    ['dev', 'advisory'],
    ['prod', 'mandatory'],
  ] as const)('in %s a broken rule is %s', (tier, level) => {
    const levels = packPolicies({ ...PRODUCTION, tier }).map(({ enforcementLevel }) => enforcementLevel);
    expect([...new Set(levels)]).toEqual([level]);
  });
});

describe('a cloud resource', () => {
  const KEY = 'aws:kms/key:Key';

  test('is told what is wrong and what to do', () => {
    expect(said('key-rotation', KEY, { enableKeyRotation: false })).toEqual([
      'The key is never rotated. Set enableKeyRotation to true.',
    ]);
  });

  test('is judged in a preview, without what is not known yet', () => {
    expect(said('key-rotation', KEY, { enableKeyRotation: UNKNOWN })).toEqual([]);
    expect(said('key-rotation', KEY, { policy: UNKNOWN, nested: { deep: UNKNOWN } })).toHaveLength(1);
  });

  test('may be excepted', () => {
    const exception = {
      rule: 'key-rotation',
      resource: { type: KEY, name: 'it' },
      reason: 'imported material',
      owner: 'platform',
    };
    expect(said('key-rotation', KEY, {}, { ...PRODUCTION, cloudExceptions: [exception] })).toEqual([]);
  });
});

test('a rule about the stack names the resource that breaks it', () => {
  const policy = packPolicies(PRODUCTION).find(
    ({ name }) => name === 'private-endpoints',
  ) as StackValidationPolicy;
  const vault = (name: string) => ({
    type: 'azure-native:keyvault:Vault',
    name,
    urn: `urn:${name}`,
    props: guarded({ vaultName: UNKNOWN }),
    dependencies: [],
  });
  const [one, two] = [vault('one'), vault('two')];
  const endpoint = {
    type: 'azure-native:network:PrivateEndpoint',
    name: 'endpoint',
    urn: 'urn:endpoint',
    props: guarded({ subnet: { id: UNKNOWN } }),
    dependencies: [one],
  };
  const reported: unknown[] = [];
  const validate = policy.validateStack as unknown as (
    args: object,
    report: (...said: unknown[]) => void,
  ) => void;
  validate({ resources: [one, two, endpoint] }, (...violation) => reported.push(violation));
  expect(reported).toEqual([
    [
      'No private endpoint leads to it. Add a PrivateEndpoint for it in the subnet of private endpoints.',
      'urn:two',
    ],
  ]);
});

describe('an object of a cluster', () => {
  const TYPE = 'kubernetes:apps/v1:DaemonSet';
  const daemonSet = (spec: object) => ({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'alloy', namespace: 'telemetry' },
    spec: { template: { spec } },
  });
  const OPEN = daemonSet({ containers: [], hostNetwork: true });

  test('is judged by the rules about Kubernetes', () => {
    expect(said('no-host-namespaces', TYPE, OPEN)).toEqual([
      expect.stringMatching(/^The pod .*[.] Remove hostNetwork, hostPID and hostIPC[.]$/),
    ]);
    expect(said('no-host-namespaces', 'aws:kms/key:Key', OPEN)).toEqual([]);
  });

  test('is judged in a preview, without what is not known yet', () => {
    expect(
      said('no-host-namespaces', TYPE, daemonSet({ containers: UNKNOWN, hostNetwork: UNKNOWN })),
    ).toEqual([]);
    expect(said('no-host-namespaces', TYPE, { ...OPEN, spec: UNKNOWN })).toEqual([]);
  });

  test("keeps its environment's exceptions", () => {
    const exception = {
      rule: 'no-host-namespaces',
      resource: { kind: 'DaemonSet', namespace: 'telemetry', name: 'alloy' },
      reason: 'reads the network of the node',
      owner: 'platform',
    } as const;
    expect(said('no-host-namespaces', TYPE, OPEN, { ...PRODUCTION, exceptions: [exception] })).toEqual([]);
  });
});
