import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Size } from 'cdk8s';
import { SMALL_ENVIRONMENTS, smallEnvironment } from '../small-platform';
import { Terminal } from './terminal';

function filesUnder(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  );
}

let terminal: Terminal;

beforeEach(() => {
  terminal = new Terminal();
});

afterEach(() => {
  terminal.close();
});

describe('hyperion synth', () => {
  test('writes every environment, the same each time', () => {
    const first = terminal.run(['synth', '--out', 'a']);
    expect(first.err).toBe('');
    expect(first.code).toBe(0);
    expect(first.out).toMatch(
      /^small-dev: \d+ objects in 9 files → a\/small-dev\nsmall-prod: \d+ objects in 9 files → a\/small-prod\n$/,
    );
    terminal.run(['synth', '--out', 'b']);
    expect(filesUnder(join(terminal.cwd, 'a'))).toEqual(filesUnder(join(terminal.cwd, 'b')));
    expect(readdirSync(join(terminal.cwd, 'a')).sort()).toEqual(['small-dev', 'small-prod']);
  });

  test('writes one when one is named, and answers as JSON', () => {
    const { out } = terminal.run(['synth', 'small-prod', '--out', 'a/', '--json']);
    expect(JSON.parse(out)).toEqual([
      { environment: 'small-prod', folder: 'a/small-prod', files: 9, objects: expect.any(Number) as number },
    ]);
    expect(readdirSync(join(terminal.cwd, 'a'))).toEqual(['small-prod']);
  });

  test('puts the values of a cloud in, of one environment', () => {
    writeFileSync(join(terminal.cwd, 'values.json'), '{}');
    expect(terminal.run(['synth', 'small-dev', '--out', 'a', '--cloud-values', 'values.json']).code).toBe(0);
    const superfluous = '{"bucket-logs":"acme-logs"}';
    writeFileSync(join(terminal.cwd, 'values.json'), superfluous);
    expect(terminal.run(['synth', 'small-dev', '--out', 'b', '--cloud-values', 'values.json'])).toMatchObject(
      {
        code: 1,
        err: expect.stringContaining('nothing in small-dev waits for it') as string,
      },
    );
    expect(existsSync(join(terminal.cwd, 'b'))).toBe(false);
    expect(terminal.run(['synth', '--out', 'b', '--cloud-values', 'values.json'])).toMatchObject({
      code: 2,
      err: expect.stringContaining(
        '--cloud-values holds the values of one environment: name that environment',
      ) as string,
    });
    expect(terminal.run(['synth', 'small-dev', '--cloud-values', 'nowhere.json']).err).toContain(
      'no such file',
    );
  });

  test('adds a chart, or applications', () => {
    terminal.run(['synth', 'small-dev', '--out', 'a', '--format', 'helm']);
    expect(existsSync(join(terminal.cwd, 'a/small-dev/helm/templates/02-store.yaml'))).toBe(true);
    expect(existsSync(join(terminal.cwd, 'a/small-dev/manifests/02-store.yaml'))).toBe(true);
    const answer = terminal.run([
      'synth',
      'small-dev',
      '--out',
      'a',
      '--format',
      'argocd',
      '--repo',
      'https://git.example.com/p.git',
    ]);
    expect(answer.code).toBe(0);
    expect(existsSync(join(terminal.cwd, 'a/small-dev/helm'))).toBe(false);
    expect(
      readFileSync(join(terminal.cwd, 'a/small-dev/argocd/applications/02-store.yaml'), 'utf8'),
    ).toContain('path: a/small-dev/manifests');
  });

  test('applications need to know where they come from', () => {
    expect(terminal.run(['synth', '--format', 'argocd'])).toMatchObject({
      code: 2,
      err: 'hyperion: --format argocd needs --repo: where Argo CD fetches the manifests, e.g. https://git.example.com/platform.git\n',
    });
    expect(terminal.run(['synth', '--format', 'argocd', '--repo', 'x', '--out', '..']).err).toContain(
      'say with --path',
    );
  });

  test('a mistake in one environment: all mistakes of all are told, and nothing is written', () => {
    const answer = terminal.run(['synth', '--out', 'a'], {
      fine: smallEnvironment({ name: 'fine' }),
      short: smallEnvironment({ name: 'short', queue: Size.mebibytes(1) }),
      few: smallEnvironment({ name: 'few', replicas: 0, survives: Duration.days(1) }),
    });
    expect(answer.code).toBe(1);
    expect(answer.err).toContain('short/collector: delivery to store/http (logs) = "survives 1 s: ');
    expect(answer.err).toContain(
      'few/store/store: replicas = 0\n  rule:   a workload has a whole number of replicas',
    );
    expect(answer.err).toContain('few/collector: delivery to store/http (logs)');
    expect(answer.err).toMatch(/\n3 problems\n$/);
    expect(existsSync(join(terminal.cwd, 'a'))).toBe(false);
  });

  test('an environment is registered under its own name', () => {
    const { code, err } = terminal.run(['synth'], { other: smallEnvironment() });
    expect(code).toBe(1);
    expect(err).toContain(
      'stacks/environments.ts: environment = "small-dev"\n  rule:   the environment registered as other calls itself so, too',
    );
  });

  test('mistakes as JSON', () => {
    const broken = { short: smallEnvironment({ name: 'short', queue: Size.mebibytes(1) }) };
    const { code, out, err } = terminal.run(['synth', '--json'], broken);
    expect(code).toBe(1);
    expect(err).toBe('');
    expect(JSON.parse(out)).toEqual({ problems: [expect.objectContaining({ path: 'short/collector' })] });
  });

  test('a value that a construct refuses outright is told, too', () => {
    const environment = {
      ...smallEnvironment(),
      build: () => {
        throw new Error('secret name "a b": a Key Vault accepts letters, digits and hyphens');
      },
    };
    const { code, err } = terminal.run(['synth'], { broken: environment });
    expect(code).toBe(1);
    expect(err).toContain('hyperion: Error: secret name "a b": a Key Vault accepts letters');
  });

  test('a folder that cannot be written', () => {
    writeFileSync(join(terminal.cwd, 'file'), '');
    const { code, err } = terminal.run(['synth', '--out', 'file']);
    expect(code).toBe(2);
    expect(err).toMatch(/^hyperion: cannot write to .*\/file: .*; choose another folder with --out\n$/);
  });

  test('progress is for people only', () => {
    expect(terminal.run(['synth', '--out', 'a'], SMALL_ENVIRONMENTS, true).err).toBe(
      '\r\u001b[Ksynthesising small-dev (1 of 2) …\r\u001b[Ksynthesising small-prod (2 of 2) …\r\u001b[K',
    );
  });
});
