import { CATALOG } from '../../../constructs/core/catalog';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Size } from 'cdk8s';
import { smallEnvironment } from '../small-platform';
import { Terminal } from './terminal';

let terminal: Terminal;

beforeEach(() => {
  terminal = new Terminal();
});

afterEach(() => {
  terminal.close();
});

describe('hyperion diff', () => {
  beforeEach(() => {
    terminal.run(['synth', '--out', 'old']);
  });

  test('nothing changes', () => {
    expect(terminal.run(['diff', 'small-dev', '--against', 'old'])).toEqual({
      code: 0,
      out: 'small-dev: nothing changes against old\n',
      err: '',
    });
  });

  test('what changes, and what that does', () => {
    const { code, out } = terminal.run(['diff', 'small-dev', '--against', 'old/small-dev'], {
      'small-dev': smallEnvironment({ retention: '24h', replicas: 1 }),
    });
    expect(code).toBe(1);
    expect(out).toContain(
      [
        'data at risk:',
        '  ~ ConfigMap small/store-config',
        '      data["config.yaml"].limits_config.retention_period: 168h → 24h',
        '        data at risk: data older than the new retention is deleted',
        '  ~ StatefulSet small/store',
        '      spec.replicas: 2 → 1',
        '        data at risk: nobody reads any more what lies on the volumes of the replicas that are stopped',
      ].join('\n'),
    );
    expect(out).toContain('config-hash"]: ');
    expect(out).toContain('        restart: the pods are replaced one after the other\n');
    expect(out).toMatch(
      /\nsmall-dev against old\/small-dev: 0 added, 0 removed, \d changed \(data at risk: 2, none: \d\)\n$/,
    );
  });

  test('without data at risk the exit code is 0; JSON has everything', () => {
    const { code, out } = terminal.run(['diff', 'small-dev', '--against', 'old', '--json'], {
      'small-dev': smallEnvironment({ image: CATALOG['loki-canary'] }),
    });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ environment: 'small-dev', against: 'old', effect: 'restart' });
  });

  test('a folder without manifests', () => {
    expect(terminal.run(['diff', 'small-dev', '--against', 'nowhere'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('nowhere holds no manifests of small-dev: there is no ') as string,
    });
  });

  test('the golden files of a git revision', () => {
    const git = (...args: readonly string[]): void => {
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
        cwd: terminal.cwd,
        stdio: 'ignore',
      });
    };
    git('init', '--quiet');
    mkdirSync(join(terminal.cwd, 'test'));
    terminal.run(['synth', '--out', 'test/golden']);
    git('add', 'test');
    git('commit', '--quiet', '--message', 'golden');
    expect(terminal.run(['diff', 'small-dev', '--against', 'git:HEAD']).out).toBe(
      'small-dev: nothing changes against git:HEAD\n',
    );
    const changed = { 'small-dev': smallEnvironment({ volume: Size.gibibytes(5) }) };
    expect(terminal.run(['diff', 'small-dev', '--against', 'git:HEAD'], changed)).toMatchObject({
      code: 1,
      out: expect.stringContaining('requests.storage: 10Gi → 5Gi') as string,
    });
    expect(terminal.run(['diff', 'small-dev', '--against', 'git:nope'])).toMatchObject({
      code: 2,
      err: 'hyperion: git knows no revision "nope" here; see: git log --oneline --all\n',
    });
    const renamed = { other: smallEnvironment({ name: 'other' }) };
    expect(terminal.run(['diff', 'other', '--against', 'git:HEAD'], renamed)).toMatchObject({
      code: 2,
      err: 'hyperion: HEAD has no golden files of other (test/golden/other/manifests)\n',
    });
  });
});
