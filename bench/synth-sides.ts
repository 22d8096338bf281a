/** The programs that the synthesis rows run. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Release } from './charts';
import type { Sample, Side } from './compare';
import { runInTurn, runProgram, type Program, type Usage } from './program';

const ROOT = resolve(__dirname, '..');
const CLI = join(ROOT, 'bin', 'hyperion.js');
/** As new as the schemas that the manifests are judged by; what Helm takes by default is too old for some charts. */
const KUBERNETES = '1.34.0';

/** The command as a user runs it. */
export function hyperion(args: readonly string[], scratch: string): Program {
  return {
    command: process.execPath,
    args: [CLI, ...args],
    cwd: ROOT,
    stdout: join(scratch, 'hyperion.txt'),
  };
}

type ToSample = (usage: Usage, manifests: readonly string[]) => Sample;

/** @param environments none for all */
export function synthSide(scratch: string, environments: readonly string[], toSample: ToSample): Side {
  const out = join(scratch, 'out');
  const program = hyperion(['synth', ...environments, '--out', out], scratch);
  return {
    program: `hyperion synth ${environments.join(' ')}`.trim(),
    run: () => {
      rmSync(out, { recursive: true, force: true });
      const usage = runProgram(program);
      return toSample(usage, manifestsIn(out));
    },
  };
}

/** The same command from its sources, the compiler checking the types of each as it is loaded. */
export function typeCheckedSide(scratch: string, environment: string): Side {
  const out = join(scratch, 'type-checked');
  const main = join(ROOT, 'stacks', 'cli', 'main.ts');
  const program = {
    command: process.execPath,
    args: ['-r', 'ts-node/register', main, 'synth', environment, '--out', out],
    cwd: ROOT,
    env: { TS_NODE_PROJECT: join(__dirname, 'tsconfig.type-checked.json') },
    stdout: join(scratch, 'type-checked.txt'),
  };
  return {
    program: `the same by ts-node, type checking`,
    run: () => {
      const usage = runProgram(program);
      return wallTime(usage, manifestsIn(out));
    },
  };
}

/** One process a release, as releases are rendered. */
export function helmSide(helm: string, releases: readonly Release[], scratch: string): Side {
  const programs = releases.map(({ chart, folder, values }) => ({
    command: helm,
    args: ['template', chart, folder, '--values', values, '--kube-version', KUBERNETES],
    cwd: scratch,
    stdout: join(scratch, `${chart}.rendered.yaml`),
  }));
  return {
    program: `helm template, ${releases.length} ${releases.length === 1 ? 'release' : 'releases'}`,
    run: () => {
      const usage = runInTurn(programs);
      const rendered = programs.map(({ stdout }) => readFileSync(stdout, 'utf8'));
      return wallTimePerObject(usage, rendered);
    },
  };
}

/** `count` small environments in one process; compared by the processor time of each. */
export function manySide(count: number, scratch: string): Side {
  const stdout = join(scratch, `many-${count}.json`);
  const program = {
    command: process.execPath,
    args: [join(__dirname, 'many-environments.js'), String(count)],
    cwd: ROOT,
    stdout,
  };
  return {
    program: `${count} environments in one process`,
    run: () => {
      const usage = runProgram(program);
      const answer = JSON.parse(readFileSync(stdout, 'utf8')) as { cpuMsEach: number; objects: number };
      return { ...usage, comparedMs: answer.cpuMsEach, objects: answer.objects };
    },
  };
}

export function wallTime(usage: Usage, manifests: readonly string[]): Sample {
  return { ...usage, ...amountOf(manifests), comparedMs: usage.wallMs };
}

export function wallTimePerObject(usage: Usage, manifests: readonly string[]): Sample {
  const amount = amountOf(manifests);
  return { ...usage, ...amount, comparedMs: usage.wallMs / amount.objects };
}

function amountOf(manifests: readonly string[]): { objects: number; bytes: number } {
  return {
    objects: manifests.reduce((sum, text) => sum + (text.match(/^kind: /gm) ?? []).length, 0),
    bytes: manifests.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
  };
}

function manifestsIn(out: string): string[] {
  return readdirSync(out)
    .map((environment) => join(out, environment, 'manifests'))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8')));
}
