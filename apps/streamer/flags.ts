/** The command line of the streamer: short names for some of its variables, which they override. */
import { parseArgs } from 'node:util';

import { EnvironmentError } from '../shared/environment';
import { errorCode, errorText } from './error-text';
import type { STREAMER_VARIABLES } from './config';

type VariableName = keyof typeof STREAMER_VARIABLES;

const FLAGS = {
  source: { type: 'string', variable: 'STREAMER_SOURCE' },
  pace: { type: 'string', variable: 'STREAMER_PACE' },
  speed: { type: 'string', variable: 'STREAMER_SPEED' },
  rate: { type: 'string', variable: 'STREAMER_RATE' },
  loop: { type: 'boolean', variable: 'STREAMER_LOOP' },
  'keep-timestamps': { type: 'boolean', variable: 'STREAMER_KEEP_TIMESTAMPS' },
} as const satisfies Record<string, { readonly type: 'string' | 'boolean'; readonly variable: VariableName }>;

export function flagsAsEnvironment(args: readonly string[]): Partial<Record<VariableName, string>> {
  try {
    const { values } = parseArgs({ args: [...args], options: FLAGS });
    return Object.fromEntries(
      Object.entries(FLAGS).flatMap(([flag, { variable }]) => {
        const value = values[flag as keyof typeof FLAGS];
        return value === undefined ? [] : [[variable, String(value)]];
      }),
    );
  } catch (error) {
    if (!String(errorCode(error)).startsWith('ERR_PARSE_ARGS')) throw error;
    const known = Object.entries(FLAGS).map(
      ([flag, { type }]) => `--${flag}${type === 'string' ? ' …' : ''}`,
    );
    throw new EnvironmentError([
      `command line: ${errorText(error)}\n  rule:   the flags are ${known.join(', ')}\n  remedy: use one of these`,
    ]);
  }
}
