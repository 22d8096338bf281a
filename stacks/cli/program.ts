/**
 * The `hyperion` command: which commands there are, what they take, and how they answer. Each is loaded when it is
 * called, so that `--help` answers at once and `synth` never loads the policy evaluator.
 */
import { createRequire } from 'node:module';
import { Argument, Command, CommanderError, Option } from 'commander';
import type { Context, ExitCode } from './context';

const load = createRequire(__filename);

const EXIT_CODES = `
Exit codes: 0 fine, 1 something was found, 2 wrong use.`;

/** Runs one command line; never throws for what a user can do wrong. */
export function run(context: Context, args: readonly string[]): ExitCode {
  let code: ExitCode = 0;
  const program = programFor(context, (result) => {
    code = result;
  });
  try {
    program.parse(args, { from: 'user' });
    return code;
  } catch (error) {
    return answerTo(error, context, args.includes('--json'));
  }
}

function programFor(context: Context, done: (code: ExitCode) => void): Command {
  const program = new Command('hyperion')
    .description('Observability platforms as typed infrastructure as code.')
    .addHelpText('after', EXIT_CODES)
    .exitOverride()
    .configureOutput({ writeOut: context.out, writeErr: context.err })
    .helpCommand(false);
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option('--json', 'answer as JSON')
      .copyInheritedSettings(program);
  const environments = new Argument('[env...]', 'environments; all when none is named');
  const asOf = new Option('--as-of <day>', 'judge ends of life and waivers by this day (default: today)');

  command('synth', 'write manifests, configuration, graph and image list of environments')
    .addArgument(environments)
    .option('--out <dir>', 'folder that gets one folder for each environment', 'dist')
    .addOption(
      new Option('--format <format>', 'add a Helm chart or Argo CD applications to the manifests')
        .choices(['manifests', 'helm', 'argocd'])
        .default('manifests'),
    )
    .option('--repo <url>', 'argocd: repository that will hold the manifests')
    .option('--revision <name>', 'argocd: branch, tag or commit', 'main')
    .option('--path <dir>', 'argocd: folder of the repository that holds the environments (default: --out)')
    .option(
      '--cloud-values <file>',
      'put in what `pulumi stack output cloudValues --json` wrote (one environment)',
    )
    .action((names: string[], options: Parameters<typeof import('./synth').synth>[2]) => {
      done((load('./synth') as typeof import('./synth')).synth(context, names, options));
    });

  command('check', 'check model, manifests, policies, catalogue and outage budgets')
    .addArgument(environments)
    .addOption(asOf)
    .action((names: string[], options: Parameters<typeof import('./check').check>[2]) => {
      done((load('./check') as typeof import('./check')).check(context, names, options));
    });

  command('diff', 'what would change, and what that does; exit code 1 when data is at risk')
    .argument('<env>', 'environment')
    .requiredOption('--against <source>', 'folder that synth wrote, or git:<revision> for its golden files')
    .action((name: string, options: Parameters<typeof import('./diff').diff>[2]) => {
      done((load('./diff') as typeof import('./diff')).diff(context, name, options));
    });

  command('review', 'write the page of each environment, to be read in a browser: flow, tables, changes')
    .addArgument(environments)
    .requiredOption('--out <dir>', 'folder that gets one folder for each environment')
    .addOption(asOf)
    .addOption(
      new Option(
        '--against <source>',
        'show what changed since: a folder that synth wrote, or git:<revision> for its golden files',
      ).conflicts('compare'),
    )
    .option('--compare', 'of two environments: one page, how the first differs from the second')
    .option('--markdown', 'also write a summary for the comment of a pull request')
    .action((names: string[], options: Parameters<typeof import('./review').review>[2]) => {
      const { review } = load('./review') as typeof import('./review');
      context.runsOn(
        review(context, names, options).catch((error: unknown) =>
          answerTo(error, context, options.json === true),
        ),
      );
    });

  command('explain', 'what a component is, takes, gives and guarantees')
    .argument('<env>', 'environment')
    .argument('<component>', 'component, or one of its workloads')
    .action((name: string, component: string, options: { json?: boolean }) => {
      done((load('./explain') as typeof import('./explain')).explain(context, name, component, options));
    });

  command('scan', 'look for known weaknesses in the images of an environment (needs Trivy)')
    .argument('<env>', 'environment')
    .action((name: string, options: { json?: boolean }) => {
      done((load('./scan') as typeof import('./scan')).scan(context, name, options));
    });

  command('local', 'run an environment’s workloads as processes on this machine')
    .argument('<env>', 'environment')
    .option('--only <workload...>', 'run these workloads and nothing else')
    .option('--scale <workload=n...>', 'run so many pods of a workload')
    .option('--at-most <n>', 'run at most so many pods of each workload that --scale does not name')
    .option('--fresh', 'begin with empty volumes')
    .option('--status', 'of the running one: its pods')
    .option('--kill <name>', 'of the running one: kill -9 a pod or workload, which is then started again')
    .option('--hold <name>', 'of the running one: kill -9, and keep away')
    .option('--release <name>', 'of the running one: start again what was held')
    .option('--restart <name>', 'of the running one: stop in order, and start again')
    .option('--logs <pod>', 'of the running one: what a pod printed')
    .option('--secret <namespace/secret/key>', 'of the running one: a generated secret')
    .option('--stop', 'of the running one: stop it in order')
    .action((name: string, options: Parameters<typeof import('./local').local>[2]) => {
      const { local } = load('./local') as typeof import('./local');
      context.runsOn(
        local(context, name, options).catch((error: unknown) =>
          answerTo(error, context, options.json === true),
        ),
      );
    });

  command('envs', 'list the environments').action((options: { json?: boolean }) => {
    done((load('./envs') as typeof import('./envs')).envs(context, options));
  });

  // What `npm start` shows.
  program
    .command('overview', { hidden: true })
    .option('--out <dir>', 'folder that gets one folder for each environment', 'dist')
    .copyInheritedSettings(program)
    .action((options: { out: string }) => {
      done((load('./overview') as typeof import('./overview')).overview(context, options));
    });
  // What `npm start` does then; bin/start.mjs passes its options on.
  program
    .command('laptop', { hidden: true })
    .usage('[options]   as npm start -- [options]')
    .description('run telemetry-local: the five services and their console, until Ctrl-C')
    .option('--port <port>', 'of the console; 0 for any', '8080')
    .option('--once', 'send the sample through all services, count it at both ends, and end')
    .option('--reset', 'begin with an empty state folder')
    .option('--state <dir>', 'state folder (default: .hyperion/telemetry-local of the checkout)')
    .option('--out <dir>', 'folder with the environments, for the console', 'dist')
    .addHelpText('after', '\nnpm start -- --no-serve   synthesises and checks, and ends.')
    .copyInheritedSettings(program)
    .action((options: Parameters<typeof import('./laptop').laptop>[1]) => {
      const { laptop } = load('./laptop') as typeof import('./laptop');
      context.runsOn(laptop(context, options).catch((error: unknown) => answerTo(error, context, false)));
    });
  return program;
}

/** What a person can mend without a look into the code. */
const USAGE_ERRORS: readonly string[] = ['UsageError', 'OutputError', 'LoopbackError'];

/** By name, not by class: loading the classes would load all of cdk8s. */
function answerTo(error: unknown, context: Context, json: boolean): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!(error instanceof Error)) throw error;
  if (USAGE_ERRORS.includes(error.name)) {
    context.err(`hyperion: ${error.message}\n`);
    return 2;
  }
  if (error.name === 'LaptopError') {
    context.err(`hyperion: ${error.message}\n`);
    return (error as Error & { readonly exitCode: ExitCode }).exitCode;
  }
  if (error.name === 'ConfigError') {
    const { problems } = error as Error & { readonly problems: readonly unknown[] };
    if (json) context.out(`${JSON.stringify({ problems }, null, 2)}\n`);
    else context.err(`${error.message}\n${problems.length} problem${problems.length === 1 ? '' : 's'}\n`);
    return 1;
  }
  // A value that a construct refuses outright; where it stands, only the stack says.
  context.err(`hyperion: ${error.stack ?? error.message}\n`);
  return 1;
}
