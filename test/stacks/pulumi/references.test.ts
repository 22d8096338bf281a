import { output } from '@pulumi/pulumi';
import {
  checkReferences,
  referenceNames,
  referenceValues,
  resolved,
} from '../../../stacks/pulumi/references';
import { SettingError, throwProblems } from '../../../infra/setting-error';
import type { Cloud } from '../../../infra/cloud';
import { existingConfig, runStack } from './stack-runs';

const NOTHING = { objectStores: [], hasDatabase: false, hasLoadBalancer: false, given: [] } as const;

function configMap(text: string) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'any' }, data: { text } };
}

describe('references', () => {
  it('have the same names before deployment and after it', () => {
    const cloud: Cloud = {
      kind: 'azure',
      kubernetes: {},
      readyAfter: [],
      objectStores: {
        logs: { kind: 'azure-blob', account: 'account', clientId: 'client' },
        traces: { kind: 's3', bucket: 'bucket' },
      },
      database: { host: 'host' },
      loadBalancer: { certificateArn: 'arn', securityGroupId: 'group' },
      storageClasses: [],
      operators: {},
      givenReferences: { own: 'value' },
      outputs: {},
    };
    const names = referenceNames({
      objectStores: [
        { purpose: 'logs', kind: 'azure-blob' },
        { purpose: 'traces', kind: 's3' },
      ],
      hasDatabase: true,
      hasLoadBalancer: true,
      given: ['own'],
    });
    expect(referenceValues(cloud)).toEqual({
      'bucket-traces': 'bucket',
      'grafana-database-host': 'host',
      'identity-logs-client-id': 'client',
      'load-balancer-certificate-arn': 'arn',
      'load-balancer-security-group-id': 'group',
      own: 'value',
      'storage-logs-account': 'account',
    });
    expect(names).toEqual(Object.keys(referenceValues(cloud)).sort());
  });

  it('that are missing, superfluous or misspelt are told before any resource is made', () => {
    const problems = checkReferences(
      {
        declared: ['bucket-logs', 'grafana-database-host'],
        objects: [configMap('host=${cloud:grafana-database-host} bucket=${cloud:bucket-log}')],
      },
      { ...NOTHING, given: ['bucket-logs', 'own'] },
      'Pulumi.any.yaml: hyperion:existing',
    );
    expect(() => {
      throwProblems(problems);
    }).toThrow(
      new SettingError([
        {
          path: 'the environment',
          property: '${cloud:bucket-log}',
          value: 'bucket-log',
          rule: 'a placeholder in a manifest is one that the model declared (cloudRef)',
          remedy: 'correct its name, or declare it where it is made',
        },
        {
          path: 'Pulumi.any.yaml: hyperion:existing',
          property: '${cloud:bucket-log}',
          value: undefined,
          rule: 'every value for which manifests wait is handed over by the cloud',
          remedy: 'choose a cloud that makes it; in a cluster that exists, give the value under references',
        },
        {
          path: 'Pulumi.any.yaml: hyperion:existing',
          property: '${cloud:grafana-database-host}',
          value: undefined,
          rule: 'every value for which manifests wait is handed over by the cloud',
          remedy:
            'add the section database, or choose a database in the cluster in the environment; in a cluster that exists, give the value under references',
        },
        {
          path: 'Pulumi.any.yaml: hyperion:existing',
          property: '${cloud:own}',
          value: 'own',
          rule: 'the cloud hands over nothing for which no manifest waits',
          remedy: 'remove what makes it from the settings, or use it in the environment',
        },
      ]),
    );
  });

  it('that are missing stop the whole stack', async () => {
    const config = { ...existingConfig('telemetry-prod'), 'hyperion:existing': { context: 'any' } };
    await expect(runStack('telemetry-prod', config)).rejects.toThrow(
      'Pulumi.telemetry-prod.yaml: hyperion:existing: ${cloud:grafana-database-host} = undefined',
    );
  });

  it('are put into texts, lists and mappings, and everything else stays plain', async () => {
    const values = { a: output('one'), b: 'two' };
    const object = {
      plain: 'limit ${binary_remote_addr}',
      both: 'x ${cloud:a}/${cloud:b} y',
      list: [1, true, null, '${cloud:b}'],
    };
    const made = resolved(object, values) as typeof object;
    expect(made.plain).toBe('limit ${binary_remote_addr}');
    const all = await new Promise((resolve) => output(made).apply(resolve));
    expect(all).toEqual({
      plain: 'limit ${binary_remote_addr}',
      both: 'x one/two y',
      list: [1, true, null, 'two'],
    });
  });

  it('without a value are never put anywhere', () => {
    expect(() => resolved('${cloud:c}', {})).toThrow('the cloud handed over no value for ${cloud:c}');
  });
});
