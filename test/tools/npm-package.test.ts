import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npmPrograms } from './npm-package';
import type { Command } from './tool';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tools-npm-'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

it('installs the exact version, runs none of its scripts, and keeps what a program reads', async () => {
  const commands: Command[] = [];
  const inputs = { package: 'greeter', version: '1.2.3', programs: { greet: 'main.js' }, asOf: '2026-09-30' };
  await npmPrograms(inputs).run({
    outDir: root,
    workDir: root,
    run: (command) => {
      commands.push(command);
      mkdirSync(join(root, 'node_modules/greeter'), { recursive: true });
      for (const file of ['main.js', 'main.js.map', 'main.d.ts', 'README.md'])
        writeFileSync(join(root, 'node_modules/greeter', file), '');
      return Promise.resolve('');
    },
  });
  expect(commands.map(({ program, args }) => [program, ...args].join(' '))).toEqual([
    `npm install --ignore-scripts --no-audit --no-fund --before 2026-09-30 --prefix ${root} greeter@1.2.3`,
  ]);
  const kept = ['main.js', 'main.js.map', 'main.d.ts', 'README.md'].filter((file) =>
    existsSync(join(root, 'node_modules/greeter', file)),
  );
  expect(kept).toEqual(['main.js']);
  expect(readFileSync(join(root, 'bin/greet'), 'utf8')).toBe(
    '#!/bin/sh\nexec node "$(dirname "$(readlink -f "$0")")/../node_modules/greeter/main.js" "$@"\n',
  );
  expect(statSync(join(root, 'bin/greet')).mode & 0o777).toBe(0o755);
});
