/**
 * `hyperion check`: everything that can be said about an environment without a cluster.
 */
import { formatProblem } from '../../constructs/core/config-error';
import { checkEnvironment, SOURCES, type Finding, type Verdict } from '../findings';
import { chooseEnvironments } from './choose';
import { UsageError, type Context, type ExitCode } from './context';
import { Progress } from './progress';

export interface CheckOptions {
  /** Day by which ends of life and waivers are judged. @default today */
  readonly asOf?: string;
  readonly json?: boolean;
}

export function check(context: Context, names: readonly string[], options: CheckOptions): ExitCode {
  const chosen = chooseEnvironments(context, names);
  const asOf = dayOf(options.asOf) ?? context.today();
  const progress = new Progress(context);
  const verdicts = chosen.map(({ name, environment }, index) => {
    progress.step(`checking ${name} (${index + 1} of ${chosen.length})`);
    return checkEnvironment(name, environment, asOf);
  });
  progress.done();
  context.out(options.json === true ? asJson(verdicts, asOf) : asText(verdicts));
  return verdicts.some(({ findings }) => findings.length > 0) ? 1 : 0;
}

/** @throws UsageError for what is no day */
export function dayOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const day = new Date(`${text}T00:00:00Z`);
  if (!Number.isNaN(day.getTime()) && day.toISOString().startsWith(`${text}T`)) return text;
  throw new UsageError(`--as-of ${text} is no day: write it like 2027-01-31`);
}

function asJson(verdicts: readonly Verdict[], asOf: string): string {
  const environments = verdicts.map(({ environment, findings }) => ({ environment, findings }));
  return `${JSON.stringify({ asOf, environments }, null, 2)}\n`;
}

function asText(verdicts: readonly Verdict[]): string {
  const blocks = verdicts.flatMap(({ environment, findings }) =>
    SOURCES.flatMap((source) => {
      const own = findings.filter((finding) => finding.source === source);
      return own.length === 0 ? [] : [`${environment}, ${source}:\n${own.map(formatProblem).join('\n')}\n`];
    }),
  );
  const summary = verdicts.map(({ environment, findings }) => `${environment}: ${countOf(findings)}`);
  return [...blocks, `${summary.join('\n')}\n`].join('\n');
}

/** `no findings`, or `3 findings (1 model, 2 policies)`. */
function countOf(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'no findings';
  const parts = SOURCES.map((source) => ({
    source,
    count: findings.filter((f) => f.source === source).length,
  }))
    .filter(({ count }) => count > 0)
    .map(({ source, count }) => `${count} ${source}`);
  return `${findings.length} finding${findings.length === 1 ? '' : 's'} (${parts.join(', ')})`;
}
