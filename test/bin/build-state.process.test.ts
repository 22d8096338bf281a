/**
 * Compiles a tiny project with a copy of the scripts.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The compiler starts up to three times in a test. */
jest.setTimeout(60_000);

const CHECKOUT = join(__dirname, '../..');
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hyperion-build-'));
  cpSync(join(CHECKOUT, 'bin'), join(root, 'bin'), { recursive: true });
  symlinkSync(join(CHECKOUT, 'node_modules'), join(root, 'node_modules'));
  for (const folder of ['apps', 'constructs', 'infra', 'policies', 'stacks/cli'])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'package-lock.json'), '{}');
  writeFileSync(join(root, 'tsconfig.json'), '{}');
  writeFileSync(
    join(root, 'tsconfig.build.json'),
    JSON.stringify({
      compilerOptions: {
        outDir: 'build',
        rootDir: '.',
        module: 'node16',
        types: ['node'],
        skipLibCheck: true,
      },
      include: ['apps', 'constructs', 'infra', 'policies', 'stacks'],
    }),
  );
  write('one');
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(text: string): void {
  writeFileSync(
    join(root, 'stacks/cli/main.ts'),
    `const text: string = ${JSON.stringify(text)};\nconsole.log(text);\n`,
  );
}

function hyperion(): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(root, 'bin/hyperion.js')], { cwd: root, encoding: 'utf8' });
}

test('compiles at first, not again, and again after a change', () => {
  const first = hyperion();
  expect(first).toMatchObject({ status: 0, stdout: 'one\n' });
  expect(first.stderr).toBe('hyperion: compiling the sources, for they changed …\n');
  expect(hyperion()).toMatchObject({ status: 0, stdout: 'one\n', stderr: '' });
  write('another');
  expect(hyperion()).toMatchObject({ status: 0, stdout: 'another\n' });
});

test('what does not compile is told by the compiler, does not run, and is compiled again next time', () => {
  writeFileSync(join(root, 'stacks/cli/main.ts'), 'const text: string = 1;\nconsole.log(text);\n');
  const broken = hyperion();
  expect(broken).toMatchObject({ status: 1, stdout: '' });
  expect(broken.stderr).toContain(
    "stacks/cli/main.ts(1,7): error TS2322: Type 'number' is not assignable to type 'string'.",
  );
  expect(existsSync(join(root, 'build/stacks/cli/main.js'))).toBe(false);
  write('mended');
  expect(hyperion()).toMatchObject({ status: 0, stdout: 'mended\n' });
  expect(readFileSync(join(root, 'build/stacks/cli/main.js'), 'utf8')).toContain('mended');
});

test('without packages it says what to run', () => {
  rmSync(join(root, 'node_modules'));
  expect(hyperion()).toMatchObject({
    status: 2,
    stderr: 'hyperion: the packages are not installed yet; run: npm ci\n',
  });
});
