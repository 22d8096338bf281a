/**
 * Alloy's configuration, judged by Alloy's own parser, evaluator and printer; its components by a typed model, as Alloy
 * cannot be built whole (test/tools/alloy-syntax.ts).
 */
import { readFileSync } from 'node:fs';
import { tool } from '../../tools/obtain';
import { runProgram } from './run-program';
import type { Validator, Verdict } from './validator';

export const ALLOY_VALIDATORS: readonly Validator[] = [
  {
    files: 'alloy/config.alloy',
    reads: 'alloy',
    judgedBy: 'alloy fmt, and the evaluation of its components',
    substitute: "Alloy's parser, printer and evaluator 0.1.1, components by typed model, for 1.18.1",
    tools: ['alloy-syntax'],
    judge,
    mistakes: [
      {
        what: 'a bracket that nobody closes',
        spoil: (text) => text.replace(/\}\n$/, '\n'),
        says: /expected }/,
      },
      {
        what: 'lines that are not as `alloy fmt` leaves them',
        spoil: (text) => text.replace('format = "json"', 'format  =  "json"'),
        says: /alloy fmt would change it/,
      },
      {
        what: 'lines forwarded to targets',
        spoil: (text) =>
          text.replace(
            'forward_to = [loki.write.default.receiver]',
            'forward_to = [discovery.kubernetes.pods.targets]',
          ),
        says: /discovery\.kubernetes\.pods\.targets should be capsule, got array/,
      },
      {
        what: 'lines forwarded to nothing',
        spoil: (text) => text.replace('loki.process.pods.receiver', 'loki.process.logs.receiver'),
        says: /field "logs" does not exist/,
      },
      {
        what: 'an argument that the component does not have',
        spoil: (text) => text.replace('max_backoff_retries = ', 'max_backoff_attempt = '),
        says: /unrecognized attribute name "max_backoff_attempt"/,
      },
      {
        what: 'a stage that is none',
        spoil: (text) => text.replace('stage.structured_metadata {', 'stage.structured_meta {'),
        says: /unrecognized block name "stage\.structured_meta"/,
      },
      {
        what: 'a rate that lets nothing through',
        spoil: (text) => text.replace(/(?<=burst *= )\d+/, '0'),
        says: /limit stage failed to parse rate or burst/,
      },
      {
        what: 'a unit of time that Go does not know',
        spoil: (text) => text.replace('max_backoff_period  = "30s"', 'max_backoff_period  = "1d"'),
        says: /unknown unit "d" in duration "1d"/,
      },
    ],
  },
];

async function judge(path: string): Promise<Verdict> {
  const program = await tool('alloy-syntax');
  const formatted = runProgram(program, ['fmt', path]);
  if (!formatted.accepted) return formatted;
  if (formatted.said !== readFileSync(path, 'utf8')) {
    return { accepted: false, said: `alloy fmt would change it into:\n${formatted.said}` };
  }
  return runProgram(program, ['check', path]);
}
