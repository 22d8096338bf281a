/**
 * What `npm start` does after the synthesis: `telemetry-local`, the five services of the telemetry stack with a console,
 * until Ctrl-C; or its sample once, counted from end to end.
 */
import { join, resolve } from 'node:path';
import { runOnce, type OnceResult } from '../laptop/run-once';
import { startTelemetryLocal, type TelemetryLocal } from '../laptop/telemetry-local';
import { UsageError, type Context, type ExitCode } from './context';
import { Progress } from './progress';
import { table } from './table';

export interface LaptopCommandOptions {
  readonly port: string;
  readonly state?: string;
  readonly out: string;
  readonly reset?: boolean;
  readonly once?: boolean;
}

/** @throws UsageError, LaptopError */
export async function laptop(context: Context, options: LaptopCommandOptions): Promise<ExitCode> {
  const port = portOf(options.port);
  const base = options.state ?? join(context.root, '.hyperion', 'telemetry-local');
  const stateFolder = resolve(context.cwd, options.once === true ? `${base}-once` : base);
  const progress = new Progress(context);
  const interrupt = new AbortController();
  const interrupted = context.interrupted().then(() => {
    interrupt.abort();
  });
  const common = {
    root: context.root,
    stateFolder,
    progress: (text: string) => {
      progress.step(text);
    },
    report: (text: string) => {
      progress.done();
      context.err(`${text}\n`);
    },
    signal: interrupt.signal,
  };
  if (options.once === true) {
    try {
      const result = await runOnce(common);
      progress.done();
      context.out(countsText(result));
      return result.agree ? 0 : 1;
    } finally {
      progress.done();
    }
  }
  const running = await startTelemetryLocal({
    ...common,
    reset: options.reset === true,
    port,
    outputFolder: resolve(context.cwd, options.out),
  }).finally(() => {
    progress.done();
  });
  if (!interrupt.signal.aborted) context.out(introduction(running));
  await interrupted;
  context.err('telemetry-local: stopping …\n');
  await running.stop();
  progress.done();
  return 0;
}

function introduction({ url, state, laptop: { services } }: TelemetryLocal): string {
  return [
    '',
    `Console:               ${url}`,
    `API (Swagger UI):      ${apiUrl(services)}/docs   key: ${state.adminKeyFile}`,
    `For a shell:           . ${join(state.path, 'services.env')}   (addresses and keys; examples in README.md)`,
    `State and logs:        ${state.path}   (npm start -- --reset empties it)`,
    'Ctrl-C stops everything, in order.',
    '',
  ].join('\n');
}

function apiUrl(services: TelemetryLocal['laptop']['services']): string {
  const port = services.find(({ name }) => name === 'api')?.definition.port;
  return `http://127.0.0.1:${String(port)}`;
}

function countsText({ lines, agree, seconds }: OnceResult): string {
  return [
    '',
    table(
      ['telemetry-local', 'count', ''],
      lines.map(({ what, count, verdict }) => [what, count, verdict]),
    ).trimEnd(),
    '',
    agree
      ? `Every row is accounted for, after ${seconds.toFixed(1)} s.`
      : 'The counts differ. State and logs are kept; the next --once begins anew.',
    '',
  ].join('\n');
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`--port ${text}: it is a number from 0 (any) to 65535, e.g. 8081`);
}
