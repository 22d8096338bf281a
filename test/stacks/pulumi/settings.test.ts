/**
 * What is wrong with a stack's settings is said before any resource is made, all of it together: where, what, rule, remedy.
 */
import { existingConfig, runStack, sampleConfig, type Config } from './stack-runs';

jest.setTimeout(60_000);

/** The error's text, without which a resource would have been made. */
async function complaint(
  stack: string,
  config: Config,
  secretConfig: readonly string[] = [],
): Promise<string> {
  const run = runStack(stack, config, { secretConfig });
  const error: unknown = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  return (error as Error).message;
}

const ANTON = existingConfig('anton');

describe('a stack’s settings', () => {
  it('name an environment', async () => {
    expect(await complaint('nowhere', ANTON)).toBe(
      `stacks/environments.ts: environment = "nowhere"
  rule:   a stack is named as its environment: anton, epiphany-dev, epiphany-prod, hub-dev, hub-infra, hub-prod, hub-staging, hyperion-dev, hyperion-prod, telemetry-dev, telemetry-prod
  remedy: select another stack, or add the environment`,
    );
  });

  it('name a cloud', async () => {
    expect(await complaint('anton', { ...ANTON, 'hyperion:cloud': 'moon' })).toBe(
      `Pulumi.anton.yaml: hyperion: cloud = "moon"
  rule:   expected union value
  remedy: correct the value`,
    );
    expect(await complaint('anton', {})).toContain('Pulumi.anton.yaml: hyperion: cloud = undefined');
  });

  it('name the cloud that the environment’s addresses are of', async () => {
    expect(await complaint('hub-dev', { ...sampleConfig('hub-dev'), ...azureOf('hub-dev') })).toContain(
      `Pulumi.hub-dev.yaml: hyperion: cloud = "azure"
  rule:   the environment's addresses are those of aws
  remedy: set it to aws, or to existing for a cluster that is there already`,
    );
  });

  it('have no unknown section, no section of another cloud, and only mappings', async () => {
    const text = await complaint('anton', {
      ...ANTON,
      'hyperion:clout': 'existing',
      'hyperion:aws': { region: 'eu-central-1' },
      'hyperion:program': 'ready',
    });
    expect(text).toBe(
      `Pulumi.anton.yaml: hyperion:clout = undefined
  rule:   there are the sections cloud, ownership, program, azure, aws, existing
  remedy: remove it, or correct its spelling
Pulumi.anton.yaml: hyperion:program = "ready"
  rule:   a section is a mapping of settings
  remedy: write its settings below it, one a line, as in the samples of the other environments
Pulumi.anton.yaml: hyperion:aws = undefined
  rule:   a stack has the settings of one cloud, and this one's is existing
  remedy: remove the section, or set hyperion:cloud to aws`,
    );
  });

  it('say whose a cloud’s resources are', async () => {
    const config = Object.entries(sampleConfig('hyperion-dev')).filter(
      ([key]) => key !== 'hyperion:ownership',
    );
    expect(await complaint('hyperion-dev', Object.fromEntries(config))).toBe(
      `Pulumi.hyperion-dev.yaml: hyperion:ownership = undefined
  rule:   everything in a cloud says whose it is and who pays for it
  remedy: set owner and costCentre`,
    );
  });

  it('hold no secrets, and secrets are encrypted, wanted, and never shown', async () => {
    const text = await complaint(
      'hyperion-dev',
      {
        ...sampleConfig('hyperion-dev'),
        'secrets:slack-hyperion-dev-webhook': 'value-1',
        'secrets:grafana-secret-key': 'value-2',
      },
      ['hyperion:ownership', 'secrets:grafana-secret-key'],
    );
    expect(text).toContain(
      `Pulumi.hyperion-dev.yaml: hyperion:ownership = "[secret]"
  rule:   sections are read in review, so that they hold no secrets
  remedy: keep the secret's value under a key of its own: pulumi config set --secret secrets:<name>`,
    );
    expect(text).toContain(
      `Pulumi.hyperion-dev.yaml: secrets:slack-hyperion-dev-webhook = "[hidden]"
  rule:   a secret's value is kept encrypted
  remedy: remove it, change the secret where it was made, and run: pulumi config set --secret secrets:slack-hyperion-dev-webhook`,
    );
    expect(text).toContain('secrets:grafana-secret-key = "[secret]"');
    expect(text).not.toContain('value-');
  });

  it('fill no store of a cluster that exists', async () => {
    expect(await complaint('anton', { ...ANTON, 'secrets:any': 'value' }, ['secrets:any'])).toBe(
      `Pulumi.anton.yaml: hyperion:existing: secrets:any = "[secret]"
  rule:   the store of a cluster that is there already is not filled by this stack
  remedy: remove it (pulumi config rm secrets:any), or correct its name`,
    );
  });

  it('declare generated only what the model leaves open', async () => {
    const config = { ...ANTON, 'hyperion:program': { generatedSecrets: ['grafana-secret-key'] } };
    expect(await complaint('anton', config)).toBe(
      `Pulumi.anton.yaml: hyperion:program: generatedSecrets = "grafana-secret-key"
  rule:   it names secrets of which the model does not know who makes them: none
  remedy: remove it, or correct its name`,
    );
  });

  it('leave operators and issuers of a cluster that exists alone', async () => {
    const config = { ...ANTON, 'hyperion:program': { expectedOperators: ['rook'] } };
    expect(await complaint('anton', config)).toBe(
      `Pulumi.anton.yaml: hyperion:program: expectedOperators, issuers = undefined
  rule:   a cluster that is there already has its operators and its ClusterIssuers
  remedy: remove both`,
    );
  });

  it('describe each issuer that certificates name, and expect operators that are needed', async () => {
    const program = { issuers: { 'public-acmee': { kind: 'expected' } }, expectedOperators: ['rook'] };
    const text = await complaint('hyperion-dev', {
      ...sampleConfig('hyperion-dev'),
      'hyperion:program': program,
    });
    expect(text).toBe(
      `Pulumi.hyperion-dev.yaml: hyperion:program: expectedOperators = ["rook"]
  rule:   an operator is expected only when something needs it, and nothing needs rook
  remedy: remove it, or correct its name
Pulumi.hyperion-dev.yaml: hyperion:program.issuers: public-acme = undefined
  rule:   every ClusterIssuer that certificates name is described
  remedy: say who signs: acme with an e-mail address, private with a Secret, or expected
Pulumi.hyperion-dev.yaml: hyperion:program.issuers: public-acmee = "public-acmee"
  rule:   an issuer is described only when a certificate names it
  remedy: remove it, or correct its name`,
    );
  });

  it('tell a mistake in the program’s section and one in the cloud’s together', async () => {
    const text = await complaint('anton', {
      'hyperion:cloud': 'existing',
      'hyperion:existing': { contextt: 'any' },
      'secrets:any': 'value',
    });
    expect(text).toContain('Pulumi.anton.yaml: hyperion:existing: context = undefined');
    expect(text).toContain('Pulumi.anton.yaml: hyperion:existing: contextt = "any"');
    expect(text).toContain('Pulumi.anton.yaml: secrets:any = "[hidden]"');
  });
});

/** What tells its stack that it stands on Azure. */
function azureOf(stack: string): Config {
  return { 'hyperion:cloud': 'azure', 'hyperion:azure': { of: stack } };
}
