import { SettingError } from '../../../infra/setting-error';
import { planCloud } from '../../../stacks/pulumi/clouds';
import { cloudDemand } from '../../../stacks/pulumi/demand';
import { ENVIRONMENTS } from '../../../stacks/environments';
import { synthesisOf } from '../../environments';
import { sampleConfig } from './stack-runs';

/** What is wrong with a stack of the environment's sample, when secrets lie elsewhere. */
function told(stack: string, kind: 'azure-key-vault' | 'aws-secrets-manager' | 'onepassword'): string {
  const site = ENVIRONMENTS[stack]?.site ?? { kind: 'existing' };
  const demand = { ...cloudDemand(synthesisOf(stack)), secretStore: { kind, name: stack } };
  const cloud = site.kind;
  const { problems } = planCloud({
    site,
    demand,
    settings: {
      cloud,
      ownership: { owner: 'platform', costCentre: '4711' },
      program: {},
      section: sampleConfig(stack)[`hyperion:${cloud}`],
      path: `Pulumi.${stack}.yaml: hyperion:${cloud}`,
      given: {},
    },
  });
  return new SettingError(problems).message;
}

test("a stack keeps secrets in its own cloud's store", () => {
  expect(told('telemetry-prod', 'azure-key-vault')).toBe('');
  expect(told('hub-dev', 'aws-secrets-manager')).toBe('');
  expect(told('hub-dev', 'azure-key-vault')).toBe(
    [
      'hub-dev: secretStore.kind = "azure-key-vault"',
      "  rule:   a stack on aws keeps the platform's secrets in the cloud's own store, aws-secrets-manager",
      "  remedy: set it to aws-secrets-manager in the environment's values",
    ].join('\n'),
  );
});
