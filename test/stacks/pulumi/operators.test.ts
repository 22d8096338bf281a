import type { OperatorNeed } from '../../../stacks/operators';
import {
  checkOperators,
  operatorsNeeded,
  operatorsToInstall,
  secretStoreObject,
  storageClassObject,
} from '../../../stacks/pulumi/operators';
import { issuerObjects } from '../../../stacks/pulumi/issuers';
import { revealed } from '../../infra/record';
import { recordingOf } from './stack-runs';

jest.setTimeout(120_000);

describe('operators', () => {
  it('are what objects need and what the cloud’s clusters need, each once', () => {
    const need = (operator: OperatorNeed['operator']) => ({ operator, api: 'any/v1', kinds: ['Any'] });
    const needs = [need('kyverno'), need('cert-manager'), need('kyverno')];
    expect(operatorsNeeded(needs, 'azure')).toEqual(['cert-manager', 'kyverno']);
    expect(operatorsNeeded(needs, 'aws')).toEqual(['cert-manager', 'cluster-autoscaler', 'kyverno']);
  });

  it('are installed unless they are expected', () => {
    expect(operatorsToInstall(['cert-manager', 'kyverno'], ['cert-manager'])).toEqual(['kyverno']);
  });

  it('whose chart is not known have to be expected', () => {
    expect(checkOperators(['strimzi'], ['strimzi'], 'here')).toEqual([]);
    expect(checkOperators(['strimzi'], [], 'here')).toEqual([
      {
        path: 'here',
        property: 'expectedOperators',
        value: [],
        rule: 'the stack installs operators whose charts it knows, and strimzi is none of them',
        remedy: "install strimzi by its makers' instructions, and name it here",
      },
    ]);
  });

  it('come on Azure from pinned charts, wholly or not at all, as identities of the cloud', async () => {
    const { resources } = await recordingOf('hyperion-prod');
    const releases = resources.filter(({ type }) => type === 'kubernetes:helm.sh/v3:Release');
    expect(releases.map(({ name }) => name)).toEqual(['cert-manager', 'external-secrets', 'kyverno']);
    for (const { inputs } of releases) expect(inputs).toMatchObject({ atomic: true, timeout: 900 });
    expect(revealed(releases[1]?.inputs)).toMatchObject({
      chart: 'external-secrets',
      version: '2.9.0',
      namespace: 'external-secrets',
      repositoryOpts: { repo: 'https://charts.external-secrets.io' },
      values: {
        replicaCount: 2,
        serviceAccount: {
          name: 'external-secrets',
          annotations: {
            'azure.workload.identity/client-id': expect.stringMatching(/^client-id-of-/) as string,
          },
        },
      },
    });
  });

  it('come on AWS with what only the cloud knows', async () => {
    const { resources } = await recordingOf('hub-infra');
    const releases = resources.filter(({ type }) => type === 'kubernetes:helm.sh/v3:Release');
    expect(releases.map(({ name }) => name)).toEqual([
      'aws-load-balancer-controller',
      'cert-manager',
      'cluster-autoscaler',
      'external-secrets',
      'kyverno',
      'vertical-pod-autoscaler',
    ]);
    expect(revealed(releases[0]?.inputs.values)).toMatchObject({
      clusterName: 'hub-infra',
      serviceAccount: { name: 'aws-load-balancer-controller' },
    });
    expect(revealed(releases[2]?.inputs.values)).toMatchObject({
      cloudProvider: 'aws',
      autoDiscovery: { clusterName: 'hub-infra' },
      awsRegion: 'eu-central-1',
      rbac: { serviceAccount: { name: 'cluster-autoscaler' } },
    });
  });
});

describe('the store of secrets', () => {
  it('is a vault, read as the operator’s own account', () => {
    expect(secretStoreObject({ kind: 'azure-key-vault', name: 'any', vaultUrl: 'https://vault' })).toEqual({
      apiVersion: 'external-secrets.io/v1',
      kind: 'ClusterSecretStore',
      metadata: { name: 'any' },
      spec: {
        provider: {
          azurekv: {
            authType: 'WorkloadIdentity',
            vaultUrl: 'https://vault',
            serviceAccountRef: { namespace: 'external-secrets', name: 'external-secrets' },
          },
        },
      },
    });
  });

  it('or Secrets Manager, read as the operator’s own pod', () => {
    const { spec } = secretStoreObject({ kind: 'aws-secrets-manager', name: 'any', region: 'eu-central-1' });
    expect(spec).toEqual({ provider: { aws: { service: 'SecretsManager', region: 'eu-central-1' } } });
  });
});

it('a class of volumes keeps its volumes in production', () => {
  const spec = { name: 'any', provisioner: 'ebs.csi.aws.com', parameters: { type: 'gp3' } };
  expect(storageClassObject(spec, 'prod')).toMatchObject({
    reclaimPolicy: 'Retain',
    allowVolumeExpansion: true,
  });
  expect(storageClassObject(spec, 'dev')).toMatchObject({ reclaimPolicy: 'Delete' });
});

describe('an issuer', () => {
  const dnsZone = { name: 'example.com', resourceGroup: 'group', subscriptionId: 'subscription' };
  const operators = { 'cert-manager': { kind: 'azure', clientId: 'client', tenantId: 'tenant' } } as const;

  it('of a public authority proves itself in the cloud’s zone', () => {
    const made = issuerObjects({ any: { kind: 'acme', email: 'a@example.com' } }, { operators, dnsZone });
    expect(made).toEqual([
      {
        apiVersion: 'cert-manager.io/v1',
        kind: 'ClusterIssuer',
        metadata: { name: 'any' },
        spec: {
          acme: {
            email: 'a@example.com',
            server: 'https://acme-v02.api.letsencrypt.org/directory',
            privateKeySecretRef: { name: 'any-account' },
            solvers: [
              {
                dns01: {
                  azureDNS: {
                    hostedZoneName: 'example.com',
                    resourceGroupName: 'group',
                    subscriptionID: 'subscription',
                    environment: 'AzurePublicCloud',
                    managedIdentity: { clientID: 'client' },
                  },
                },
              },
            ],
          },
        },
      },
    ]);
  });

  it('of a private one has its key in a Secret, and an expected one is not made', () => {
    const made = issuerObjects(
      { own: { kind: 'private', secretName: 'key' }, other: { kind: 'expected' } },
      { operators: {} },
    );
    expect(made.map(({ metadata, spec }) => [metadata.name, spec])).toEqual([
      ['own', { ca: { secretName: 'key' } }],
    ]);
  });
});
