import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goInstall, goRepeatedModule, repeatedGoMod } from './go-build';
import { goModuleFiles } from './go-module-files';
import type { Build, Command } from './tool';

let root: string;
let commands: Command[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tools-go-'));
  for (const folder of ['out', 'work', 'module/crds/deep'])
    mkdirSync(join(root, folder), { recursive: true });
  commands = [];
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Answers as Go would, without Go: the module lies in `root/module`. */
function recorded(): Build {
  return {
    outDir: join(root, 'out'),
    workDir: join(root, 'work'),
    run: (command) => {
      commands.push(command);
      const [verb, ...rest] = command.args;
      if (verb === 'install') writeFileSync(join(command.env?.GOBIN ?? '', 'cmd'), '');
      if (rest.includes('download')) {
        return Promise.resolve(
          JSON.stringify({ Dir: join(root, 'module'), GoMod: join(root, 'module/go.mod') }),
        );
      }
      return Promise.resolve(rest.includes('edit') ? JSON.stringify(GO_MOD) : '');
    },
  };
}

const GO_MOD = {
  Go: '1.26.5',
  Require: [
    { Path: 'example.com/a', Version: 'v1.2.3' },
    { Path: 'example.com/b/push', Version: 'v0.1.0' },
  ],
  Replace: [
    { Old: { Path: 'example.com/a' }, New: { Path: 'example.com/fork/a', Version: 'v1.2.4' } },
    { Old: { Path: 'example.com/c', Version: 'v2.0.0' }, New: { Path: 'example.com/c', Version: 'v2.0.1' } },
    { Old: { Path: 'example.com/b/push' }, New: { Path: './pkg/push' } },
  ],
};

it('repeats requires and replaces, but no replacement by a folder', () => {
  expect(repeatedGoMod(GO_MOD, 'example.com/b', 'v3.7.8')).toBe(
    [
      'module example.com/hyperion/tool',
      '',
      'go 1.26.5',
      '',
      'require (',
      '\texample.com/b v3.7.8',
      '\texample.com/a v1.2.3',
      '\texample.com/b/push v0.1.0',
      ')',
      '',
      'replace (',
      '\texample.com/a => example.com/fork/a v1.2.4',
      '\texample.com/c v2.0.0 => example.com/c v2.0.1',
      ')',
      '',
    ].join('\n'),
  );
  expect(repeatedGoMod({ Go: '1.25', Require: null, Replace: null }, 'example.com/b', 'v1.0.0')).toBe(
    'module example.com/hyperion/tool\n\ngo 1.25\n\nrequire (\n\texample.com/b v1.0.0\n)\n',
  );
});

it('takes what is published of folders at the version that is given', () => {
  expect(repeatedGoMod(GO_MOD, 'example.com/b', 'v3.7.8', 'v0.35.4')).toContain(
    '\texample.com/b/push => example.com/b/push v0.35.4\n',
  );
});

it('builds each program from the repeated module with the module’s own sums', async () => {
  writeFileSync(join(root, 'module/go.sum'), 'sums', { mode: 0o444 });
  const recipe = goRepeatedModule({
    module: 'example.com/b',
    version: 'v3.7.8',
    programs: { server: 'cmd/server', canary: 'cmd/canary' },
    variables: { 'example.com/b/build.Version': '3.7.8' },
  });
  await recipe.run(recorded());
  expect(readFileSync(join(root, 'work/go.mod'), 'utf8')).toContain('\texample.com/b v3.7.8\n');
  expect(readFileSync(join(root, 'work/go.sum'), 'utf8')).toBe('sums');
  expect(commands.map(({ args }) => args.join(' '))).toEqual([
    'mod download -json example.com/b@v3.7.8',
    `mod edit -json ${join(root, 'module/go.mod')}`,
    `build -ldflags -s -w -X example.com/b/build.Version=3.7.8 -o ${join(root, 'out/server')} example.com/b/cmd/server`,
    `build -ldflags -s -w -X example.com/b/build.Version=3.7.8 -o ${join(root, 'out/canary')} example.com/b/cmd/canary`,
  ]);
  for (const { env } of commands) {
    expect(env).toMatchObject({
      GOFLAGS: '-mod=mod -trimpath -buildvcs=false',
      GOTOOLCHAIN: 'local',
      CGO_ENABLED: '0',
    });
  }
});

it('installs each program at its version and gives it its name, whatever Go calls it', async () => {
  const programs = { server: '.', ctl: 'cmd/ctl' };
  await goInstall({ module: 'example.com/h', version: 'v3.22.0', programs, tags: ['a', 'b'] }).run(
    recorded(),
  );
  expect(commands.map(({ args }) => args.join(' '))).toEqual([
    'install -ldflags -s -w -tags a,b example.com/h@v3.22.0',
    'install -ldflags -s -w -tags a,b example.com/h/cmd/ctl@v3.22.0',
  ]);
  expect(readdirSync(join(root, 'out')).sort()).toEqual(['ctl', 'server']);
});

it('refuses a package that is no program', async () => {
  const build = { ...recorded(), run: () => Promise.resolve('') };
  const recipe = goInstall({ module: 'example.com/h', version: 'v1.0.0', programs: { h: 'pkg' } });
  await expect(recipe.run(build)).rejects.toThrow('example.com/h/pkg@v1.0.0 is no program');
});

it('copies a file, and of a folder the files that have the line', async () => {
  writeFileSync(join(root, 'module/swagger.json'), '{}', { mode: 0o444 });
  writeFileSync(join(root, 'module/crds/a.yaml'), 'kind: CustomResourceDefinition\n');
  writeFileSync(join(root, 'module/crds/deep/b.yaml'), 'x: 1\nkind: CustomResourceDefinition\n');
  writeFileSync(join(root, 'module/crds/kustomization.yaml'), 'kind: Kustomization\n');
  const source = { module: 'example.com/o', version: 'v1.0.0' };
  await goModuleFiles([
    { ...source, from: 'swagger.json', to: '1.35.json' },
    { ...source, from: 'crds', to: 'o', withLine: 'kind: CustomResourceDefinition' },
  ]).run(recorded());
  expect(readFileSync(join(root, 'out/1.35.json'), 'utf8')).toBe('{}');
  expect(existsSync(join(root, 'out/o/a.yaml'))).toBe(true);
  expect(existsSync(join(root, 'out/o/deep/b.yaml'))).toBe(true);
  expect(existsSync(join(root, 'out/o/kustomization.yaml'))).toBe(false);
});

it('says which folder of which module has nothing to copy', async () => {
  const files = {
    module: 'example.com/o',
    version: 'v1.0.0',
    from: 'crds',
    to: 'o',
    withLine: 'kind: Other',
  };
  await expect(goModuleFiles([files]).run(recorded())).rejects.toThrow(
    'example.com/o@v1.0.0 has no fitting file under crds',
  );
});
