/**
 * The project as an operator has it on the disk, in a private folder: the checkout's sources by links, and settings, state,
 * plug-ins' home and passphrase of its own, so that nothing of a run stays behind or reaches a network.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { readRun, type PulumiRun } from './pulumi-run';

/** For `proofOnPath(…)`. The language host comes with the command line. */
export const PULUMI_PROGRAMS = ['pulumi', 'pulumi-language-nodejs', 'pulumi-resource-kubernetes'] as const;

const ROOT = resolve(__dirname, '../../..');
const PROJECT_FILE = 'Pulumi.yaml';

interface Answer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class PulumiProject {
  private readonly dir = mkdtempSync(join(tmpdir(), 'hyperion-pulumi-'));
  private readonly home = join(this.dir, 'home');
  /** What the state's secrets are encrypted with. */
  public readonly passphrase = randomBytes(24).toString('hex');

  /** @param kubeconfig whose current context is the cluster that exists */
  public constructor(private readonly kubeconfig: string) {
    const project = this.projectDir;
    for (const folder of [project, this.home, join(this.dir, 'state')]) mkdirSync(folder);
    for (const entry of readdirSync(ROOT)) {
      if (entry === PROJECT_FILE) copyFileSync(join(ROOT, entry), join(project, entry));
      else if (!entry.startsWith('Pulumi.') && entry !== '.git')
        symlinkSync(join(ROOT, entry), join(project, entry));
    }
  }

  /** Makes the stack; what `pulumi stack init` writes into the settings' file comes after them. */
  public async init(stack: string, settings: object): Promise<void> {
    this.writeSettings(stack, settings);
    await this.text('stack', 'init', stack, '--no-select');
  }

  /** Replaces the settings, and keeps the salt by which the passphrase is checked. */
  public writeSettings(stack: string, settings: object): void {
    writeFileSync(this.settingsFile(stack), JSON.stringify({ ...this.salt(stack), config: settings }));
  }

  /** Has the stack's program make something more, in JavaScript. */
  public addToProgram(script: string): void {
    const main = 'more.js';
    const project = parse(readFileSync(join(ROOT, PROJECT_FILE), 'utf8')) as { readonly main: string };
    writeFileSync(join(this.projectDir, PROJECT_FILE), JSON.stringify({ ...project, main }));
    writeFileSync(join(this.projectDir, main), `module.exports = require('./${project.main}');\n${script}\n`);
  }

  /** Takes away what was added. */
  public resetProgram(): void {
    copyFileSync(join(ROOT, PROJECT_FILE), join(this.projectDir, PROJECT_FILE));
  }

  /** A command that changes or looks at resources, read from its own events. It may fail. */
  public async run(
    command: 'preview' | 'up' | 'destroy',
    stack: string,
    ...args: string[]
  ): Promise<PulumiRun> {
    const unasked = command === 'preview' ? [] : ['--yes', '--skip-preview'];
    const { status, stdout, stderr } = await this.spawn([
      command,
      '--stack',
      stack,
      '--json',
      ...unasked,
      ...args,
    ]);
    return readRun(status, stdout, stderr);
  }

  /** What a command answers. @throws Error with what it said when it fails */
  public async text(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.spawn(args);
    if (status !== 0) throw new Error(`pulumi ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
    return stdout;
  }

  public remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  private get projectDir(): string {
    return join(this.dir, 'project');
  }

  private settingsFile(stack: string): string {
    return join(this.projectDir, `Pulumi.${stack}.yaml`);
  }

  private salt(stack: string): object {
    const file = this.settingsFile(stack);
    if (!existsSync(file)) return {};
    const { encryptionsalt } = parse(readFileSync(file, 'utf8')) as { readonly encryptionsalt?: string };
    return encryptionsalt === undefined ? {} : { encryptionsalt };
  }

  private spawn(args: readonly string[]): Promise<Answer> {
    return new Promise((resolve, reject) => {
      // Ends with the test, however that dies.
      const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'pulumi', '--non-interactive', ...args], {
        cwd: this.projectDir,
        env: this.environment(),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [stdout, stderr] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.once('error', reject);
      child.once('close', (status) => {
        resolve({ status: status ?? -1, stdout, stderr });
      });
    });
  }

  /** All that Pulumi sees of the test's own environment is where programs lie. */
  private environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      HOME: this.home,
      TMPDIR: this.home,
      KUBECONFIG: this.kubeconfig,
      PULUMI_HOME: join(this.home, '.pulumi'),
      PULUMI_BACKEND_URL: `file://${join(this.dir, 'state')}`,
      PULUMI_CONFIG_PASSPHRASE: this.passphrase,
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      // The package names the other clouds' plug-ins too, which nothing here needs.
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
      // `preview --json` gives one document at its end otherwise, and `up --json` a stream.
      PULUMI_ENABLE_STREAMING_JSON_PREVIEW: 'true',
      NO_COLOR: '1',
    };
  }
}
