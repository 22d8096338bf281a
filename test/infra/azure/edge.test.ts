import { output } from '@pulumi/pulumi';
import { makeEdge } from '../../../infra/azure/edge';
import type { GatewaySettings } from '../../../infra/azure/gateway-settings';
import { recordProgram, type Recording } from '../record';
import { contextOf, networkOf, resource, SUBSCRIPTION } from './azure-fixture';
import { ADDRESSES, GATEWAY, HYPERION } from './environment-fixture';

const RECORDING_MS = 180_000;

function record(
  environment: 'hyperion-dev' | 'hyperion-prod',
  settings: GatewaySettings = GATEWAY,
): Promise<Recording> {
  return recordProgram(() => {
    const { publicAddress, hosts } = makeEdge(contextOf(environment), {
      network: networkOf(),
      monitoring: { workspaceId: output('/workspace') },
      addresses: ADDRESSES,
      demand: HYPERION,
      settings,
    });
    return { publicAddress, hosts };
  });
}

describe('makeEdge', () => {
  let prod: Recording;
  let dev: Recording;
  beforeAll(async () => {
    prod = await record('hyperion-prod');
    dev = await record('hyperion-dev', { ...GATEWAY, backendRoot: 'platform-root' });
  }, RECORDING_MS);

  const gateway = () => resource(prod, 'ApplicationGateway').inputs;
  const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hyperion-prod/providers`;
  const part = (kind: string, name: string) => ({
    id: `${group}/Microsoft.Network/applicationGateways/hyperion-prod-gateway/${kind}/${name}`,
  });
  const waf = (of: string) => ({
    id: `${group}/Microsoft.network/WebApplicationFirewallPolicy/hyperion-prod-waf-${of}`,
  });

  it('makes a gateway with a firewall, in all zones, that grows with its load and speaks TLS 1.2 at least', () => {
    expect(gateway()).toMatchObject({
      applicationGatewayName: 'hyperion-prod-gateway',
      sku: { name: 'WAF_v2', tier: 'WAF_v2' },
      zones: ['1', '2', '3'],
      autoscaleConfiguration: { minCapacity: 3, maxCapacity: 20 },
      enableHttp2: true,
      sslPolicy: { policyType: 'Predefined', policyName: 'AppGwSslPolicy20220101' },
      firewallPolicy: waf('web'),
      gatewayIPConfigurations: [{ name: 'subnet', subnet: { id: '/subnets/gateway' } }],
    });
    expect(prod.outputs).toEqual({
      publicAddress: '192.0.2.10',
      hosts: ['otlp.hyperion.example.com', 'grafana.hyperion.example.com'],
    });
  });

  it('reads its certificate, always the latest, from a Key Vault, and nothing else of it', () => {
    expect(gateway().sslCertificates).toEqual([
      {
        name: 'certificate',
        keyVaultSecretId: 'https://example-certs.vault.azure.net/secrets/hyperion-example-com',
      },
    ]);
    const grant = resource(prod, 'RoleAssignment');
    expect(grant.inputs).toMatchObject({
      scope: `${GATEWAY.certificate.vaultId}/secrets/hyperion-example-com`,
      roleDefinitionId: expect.stringMatching(/4633458b-17de-408a-b874-0445c86b69e6$/) as string,
      principalId: 'principal-id-of-hyperion-prod-identity-gateway',
    });
    expect(resource(prod, 'ApplicationGateway').options.dependsOn).toContain(grant.urn);
    expect(gateway().identity).toMatchObject({ type: 'UserAssigned' });
  });

  it('listens for each host, and sends who comes without TLS to TLS', () => {
    const listener = (site: 'telemetry' | 'web', host: string, protocol: 'http' | 'https') => ({
      name: `${site}-${protocol}`,
      frontendIPConfiguration: part('frontendIPConfigurations', 'public'),
      frontendPort: part('frontendPorts', protocol),
      protocol: protocol === 'https' ? 'Https' : 'Http',
      hostName: host,
      requireServerNameIndication: protocol === 'https',
      firewallPolicy: waf(site),
      ...(protocol === 'https' ? { sslCertificate: part('sslCertificates', 'certificate') } : {}),
    });
    expect(gateway().httpListeners).toEqual([
      listener('telemetry', 'otlp.hyperion.example.com', 'http'),
      listener('telemetry', 'otlp.hyperion.example.com', 'https'),
      listener('web', 'grafana.hyperion.example.com', 'http'),
      listener('web', 'grafana.hyperion.example.com', 'https'),
    ]);
    expect(gateway().redirectConfigurations).toEqual(
      ['telemetry', 'web'].map((site) => ({
        name: `${site}-to-https`,
        redirectType: 'Permanent',
        targetListener: part('httpListeners', `${site}-https`),
        includePath: true,
        includeQueryString: true,
      })),
    );
  });

  it("leads OTLP's three paths and all of Grafana's host to the ingress controller, and nothing else anywhere", () => {
    expect(gateway().backendAddressPools).toEqual([
      { name: 'ingress', backendAddresses: [{ ipAddress: '10.40.5.10' }] },
      { name: 'nowhere', backendAddresses: [] },
    ]);
    expect(gateway().urlPathMaps).toEqual([
      {
        name: 'telemetry',
        defaultBackendAddressPool: part('backendAddressPools', 'nowhere'),
        defaultBackendHttpSettings: part('backendHttpSettingsCollection', 'telemetry'),
        pathRules: [
          {
            name: 'otlp',
            paths: ['/v1/traces', '/v1/metrics', '/v1/logs'],
            backendAddressPool: part('backendAddressPools', 'ingress'),
            backendHttpSettings: part('backendHttpSettingsCollection', 'telemetry'),
          },
        ],
      },
    ]);
    expect(gateway().requestRoutingRules).toEqual([
      {
        name: 'telemetry-https',
        priority: 100,
        ruleType: 'PathBasedRouting',
        httpListener: part('httpListeners', 'telemetry-https'),
        urlPathMap: part('urlPathMaps', 'telemetry'),
      },
      {
        name: 'telemetry-http',
        priority: 101,
        ruleType: 'Basic',
        httpListener: part('httpListeners', 'telemetry-http'),
        redirectConfiguration: part('redirectConfigurations', 'telemetry-to-https'),
      },
      {
        name: 'web-https',
        priority: 110,
        ruleType: 'Basic',
        httpListener: part('httpListeners', 'web-https'),
        backendAddressPool: part('backendAddressPools', 'ingress'),
        backendHttpSettings: part('backendHttpSettingsCollection', 'web'),
      },
      {
        name: 'web-http',
        priority: 111,
        ruleType: 'Basic',
        httpListener: part('httpListeners', 'web-http'),
        redirectConfiguration: part('redirectConfigurations', 'web-to-https'),
      },
    ]);
  });

  it('speaks TLS to the ingress controller, by the name of each host, and asks it how each does', () => {
    const settings = (site: string, hostName: string) => ({
      name: site,
      protocol: 'Https',
      port: 443,
      hostName,
      requestTimeout: 70,
      cookieBasedAffinity: 'Disabled',
      connectionDraining: { enabled: true, drainTimeoutInSec: 70 },
      probe: part('probes', site),
    });
    expect(gateway().backendHttpSettingsCollection).toEqual([
      settings('telemetry', 'otlp.hyperion.example.com'),
      settings('web', 'grafana.hyperion.example.com'),
    ]);
    const probe = { protocol: 'Https', port: 443, interval: 10, timeout: 10, unhealthyThreshold: 2 };
    expect(gateway().probes).toEqual([
      {
        ...probe,
        name: 'telemetry',
        host: 'otlp.hyperion.example.com',
        path: '/v1/logs',
        match: { statusCodes: ['401', '405'] },
      },
      {
        ...probe,
        name: 'web',
        host: 'grafana.hyperion.example.com',
        path: '/api/health',
        match: { statusCodes: ['200-399'] },
      },
    ]);
    expect(gateway()).not.toHaveProperty('trustedRootCertificates');
  });

  it('trusts a root of our own where one is given', () => {
    const { inputs } = resource(dev, 'ApplicationGateway');
    expect(inputs.trustedRootCertificates).toEqual([
      {
        name: 'backend-root',
        keyVaultSecretId: 'https://example-certs.vault.azure.net/secrets/platform-root',
      },
    ]);
    const [first] = inputs.backendHttpSettingsCollection as Record<string, unknown>[];
    expect(first?.trustedRootCertificates).toHaveLength(1);
    expect(resource(dev, 'RoleAssignment', 'hyperion-dev-role-gateway-reads-backend-root').inputs.scope).toBe(
      `${GATEWAY.certificate.vaultId}/secrets/platform-root`,
    );
  });

  it('refuses attacks in production, and only tells of them in development', () => {
    const settings = (recording: Recording, name: string) =>
      resource(recording, 'WebApplicationFirewallPolicy', name).inputs.policySettings;
    expect(settings(prod, 'hyperion-prod-waf-web')).toEqual({
      state: 'Enabled',
      mode: 'Prevention',
      requestBodyCheck: true,
      requestBodyInspectLimitInKB: 128,
      requestBodyEnforcement: false,
      fileUploadEnforcement: false,
    });
    expect(settings(prod, 'hyperion-prod-waf-telemetry')).toEqual({
      state: 'Enabled',
      mode: 'Prevention',
      requestBodyCheck: false,
      requestBodyEnforcement: false,
      fileUploadEnforcement: false,
    });
    expect(settings(dev, 'hyperion-dev-waf-web')).toMatchObject({ mode: 'Detection' });
  });

  it('takes nothing but OTLP at the host for telemetry, protobuf included', () => {
    expect(
      resource(prod, 'WebApplicationFirewallPolicy', 'hyperion-prod-waf-telemetry').inputs,
    ).toMatchObject({
      customRules: [
        {
          name: 'onlyOtlp',
          priority: 10,
          ruleType: 'MatchRule',
          action: 'Block',
          matchConditions: [
            {
              matchVariables: [{ variableName: 'RequestUri' }],
              operator: 'Equal',
              negationConditon: true,
              matchValues: ['/v1/traces', '/v1/metrics', '/v1/logs'],
            },
          ],
        },
      ],
      managedRules: {
        managedRuleSets: [
          {
            ruleSetType: 'Microsoft_DefaultRuleSet',
            ruleSetVersion: '2.1',
            ruleGroupOverrides: [
              { ruleGroupName: 'PROTOCOL-ENFORCEMENT', rules: [{ ruleId: '920420', state: 'Disabled' }] },
            ],
          },
          { ruleSetType: 'Microsoft_BotManagerRuleSet', ruleSetVersion: '1.1' },
        ],
      },
    });
  });

  it('leaves queries and sessions of Grafana alone in named groups of rules only', () => {
    const { managedRules } = resource(prod, 'WebApplicationFirewallPolicy', 'hyperion-prod-waf-web')
      .inputs as {
      managedRules: {
        exclusions: {
          matchVariable: string;
          selector: string;
          exclusionManagedRuleSets: { ruleGroups: { ruleGroupName: string }[] }[];
        }[];
      };
    };
    expect(
      managedRules.exclusions.map(({ matchVariable, selector, exclusionManagedRuleSets }) => [
        matchVariable,
        selector,
        exclusionManagedRuleSets.flatMap(({ ruleGroups }) =>
          ruleGroups.map(({ ruleGroupName }) => ruleGroupName),
        ),
      ]),
    ).toEqual([
      ['RequestArgNames', 'queries', ['SQLI', 'RCE', 'LFI']],
      ['RequestArgNames', 'query', ['SQLI', 'RCE', 'LFI']],
      ['RequestArgNames', 'expr', ['SQLI', 'RCE', 'LFI']],
      ['RequestArgNames', 'rawSql', ['SQLI', 'RCE', 'LFI']],
      ['RequestArgNames', 'dashboard', ['SQLI', 'RCE', 'LFI', 'XSS']],
      ['RequestCookieNames', 'grafana_session', ['SQLI']],
    ]);
  });
});
