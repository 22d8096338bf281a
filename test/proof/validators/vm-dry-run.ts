/**
 * The `-dryRun` of VictoriaMetrics' agents. What they would do without (vmagent leaves a whole job out whose relabelling
 * it cannot read) is an error in their log and not in their exit code: so any error is a refusal.
 */
import { tool } from '../../tools/obtain';
import { runProgram } from './run-program';
import type { Verdict } from './validator';

export async function vmDryRun(
  program: 'vmagent' | 'vmalert' | 'vmauth',
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Verdict> {
  const path = await tool('victoria-metrics', program);
  const { accepted, said } = runProgram(path, ['-dryRun', '-loggerLevel=ERROR', ...args], env);
  return { accepted: accepted && said === '', said };
}
