/**
 * The pipelines to copy (docs/examples): what they call is there, what they promise holds. Whether GitHub and Azure take them can
 * only be said by those.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { ENVIRONMENTS } from '../../stacks/environments';
import { Terminal } from '../stacks/cli/terminal';

const ROOT = join(__dirname, '../..');
const EXAMPLES = ['github-actions.yml', 'azure-pipelines.yml'] as const;

function textOf(name: string): string {
  return readFileSync(join(ROOT, 'docs/examples', name), 'utf8');
}

function contentOf(name: string): unknown {
  const document = parseDocument(textOf(name), { merge: true });
  expect(document.errors).toEqual([]);
  return document.toJS({ maxAliasCount: 10 });
}

/** Every value in a tree, with the keys that lead to it. */
function* leaves(value: unknown, path: readonly string[] = []): Generator<[readonly string[], unknown]> {
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) yield* leaves(inner, [...path, key]);
  } else yield [path, value];
}

/** Shell text of all steps. */
function commandsOf(name: string): string {
  return [...leaves(contentOf(name))]
    .filter(([path]) => ['run', 'script', 'inlineScript'].includes(path.at(-1) ?? ''))
    .map(([, text]) => String(text))
    .join('\n');
}

describe.each(EXAMPLES)('%s', (name) => {
  test('calls only commands and options that the command line has', () => {
    const calls = [...commandsOf(name).matchAll(/npx hyperion (\w+)([^\n|>)]*)/g)];
    expect(calls.length).toBeGreaterThan(2);
    const terminal = new Terminal();
    try {
      for (const [, command = '', rest = ''] of calls) {
        const { out } = terminal.run([command, '--help']);
        for (const [option] of rest.matchAll(/--[a-z-]+/g))
          expect([command, out]).toEqual([command, expect.stringContaining(option)]);
      }
    } finally {
      terminal.close();
    }
  });

  test('deploys environments that exist, with the policies', () => {
    const stacks = [
      ...textOf(name).matchAll(/(?:env|value): ((?:hyperion|hub|telemetry|epiphany)-\w+)/g),
    ].map(([, env]) => env);
    expect(stacks.length).toBeGreaterThan(0);
    for (const env of stacks) {
      expect(Object.keys(ENVIRONMENTS)).toContain(env);
      expect([env, existsSync(join(ROOT, `Pulumi.${env}.yaml`))]).toEqual([env, true]);
    }
    const pulumi = commandsOf(name).match(/pulumi (?:preview|up) .*/g) ?? [];
    expect(pulumi).toHaveLength(2);
    for (const call of pulumi) expect(call).toContain('--policy-pack policies');
    expect(existsSync(join(ROOT, 'policies/PulumiPolicy.yaml'))).toBe(true);
  });

  test('keeps no key of a cloud: nothing is read from a store of secrets', () => {
    expect(textOf(name)).not.toMatch(
      /secrets\.|AWS_SECRET_ACCESS_KEY|ARM_CLIENT_SECRET|PULUMI_ACCESS_TOKEN|PASSPHRASE/,
    );
    expect(textOf(name)).toMatch(/id-token: write|addSpnToEnvironment: true/);
  });

  test('every job ends', () => {
    const limits = [...leaves(contentOf(name))].filter(([path]) =>
      /^timeout-?[mM]inutes$|^timeoutInMinutes$/.test(path.at(-1) ?? ''),
    );
    expect(limits).toHaveLength(3);
  });
});

test('on GitHub, only main deploys, and each job has its own permissions', () => {
  const { jobs, permissions } = contentOf('github-actions.yml') as {
    jobs: Record<string, { if?: string; environment?: string; permissions?: object }>;
    permissions: object;
  };
  expect(permissions).toEqual({ contents: 'read' });
  expect(jobs.deploy).toMatchObject({
    if: "github.ref == 'refs/heads/main'",
    environment: '${{ matrix.env }}',
  });
  expect(jobs.preview).toMatchObject({ if: "github.event_name == 'pull_request'" });
  expect(jobs.check).not.toHaveProperty('permissions');
});
