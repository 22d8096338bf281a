import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianPrograms } from './debian-package';
import type { Build, Command } from './tool';

let root: string;
let commands: Command[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tools-debian-'));
  for (const folder of ['out', 'work']) mkdirSync(join(root, folder));
  commands = [];
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Answers as apt and dpkg would: each package holds a program, a library and its documentation. */
function recorded(version: string): Build {
  return {
    outDir: join(root, 'out'),
    workDir: join(root, 'work'),
    run: (command) => {
      commands.push(command);
      const { program, args, cwd } = command;
      if (args.includes('update')) return Promise.reject(new Error('one source does not answer'));
      if (args.includes('download')) {
        for (const name of args.slice(args.indexOf('download') + 1))
          writeFileSync(join(cwd, `${name}_${version}.deb`), '');
      }
      if (args.includes('--extract')) unpack(args[2] ?? '');
      return Promise.resolve(program === 'dpkg-deb' && args.includes('--field') ? `5:${version}\n` : '');
    },
  };
}

function unpack(content: string): void {
  for (const path of [
    'usr/bin/server',
    'usr/lib/x86_64-linux-gnu/liba.so',
    'usr/share/doc/a',
    'etc/a/types',
  ]) {
    mkdirSync(join(content, path, '..'), { recursive: true });
    writeFileSync(join(content, path), path);
  }
}

it('copies the programs of a package that needs nothing else', async () => {
  const inputs = { package: 'server', version: '2.6', programs: { server: 'usr/bin/server' } };
  await debianPrograms(inputs).run(recorded('2.6.12-1+deb12u4'));
  expect(readdirSync(join(root, 'out'), { recursive: true })).toEqual(['bin', 'bin/server']);
  expect(readFileSync(join(root, 'out/bin/server'), 'utf8')).toBe('usr/bin/server');
  expect(statSync(join(root, 'out/bin/server')).mode & 0o777).toBe(0o755);
});

it('keeps libraries and what is named, drops the rest, and starts the program with its libraries', async () => {
  await debianPrograms({
    package: 'server',
    version: '2.6.12',
    programs: { server: 'usr/bin/server' },
    with: ['liba1'],
    keep: ['etc/a'],
    drop: ['usr/lib/x86_64-linux-gnu/liba.so'],
  }).run(recorded('2.6.12-1+deb12u4'));
  const files = readdirSync(join(root, 'out'), { recursive: true, withFileTypes: true });
  expect(files.filter((entry) => entry.isFile()).map(({ name }) => name)).toEqual(
    expect.arrayContaining(['server', 'server', 'types']),
  );
  expect(files.map(({ name }) => name)).not.toContain('doc');
  expect(files.map(({ name }) => name)).not.toContain('liba.so');
  expect(readFileSync(join(root, 'out/bin/server'), 'utf8')).toBe(
    [
      '#!/bin/sh',
      'here=$(dirname "$(dirname "$(readlink -f "$0")")")',
      'export LD_LIBRARY_PATH="$here/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"',
      'exec "$here/usr/bin/server" "$@"',
      '',
    ].join('\n'),
  );
});

it('asks for fresh lists of its own, without root, and goes on when a source does not answer', async () => {
  const inputs = { package: 'server', version: '2.6', programs: { server: 'usr/bin/server' } };
  await debianPrograms(inputs).run(recorded('2.6.12'));
  const [update, download] = commands.map(({ args }) => args);
  const lists = `Dir::State::lists=${join(root, 'work')}`;
  expect(update?.filter((arg) => arg.startsWith(lists))).toHaveLength(1);
  expect(update?.at(-1)).toBe('update');
  expect(download?.slice(-2)).toEqual(['download', 'server']);
});

it('refuses another version than the pinned one', async () => {
  const inputs = { package: 'server', version: '2.6', programs: { server: 'usr/bin/server' } };
  await expect(debianPrograms(inputs).run(recorded('2.8.1-1'))).rejects.toThrow(
    'apt has server 5:2.8.1-1, and the definition wants 2.6',
  );
});
