/** The collectors' configurations, judged by the collector itself: it builds every component from them. */
import { readFileSync } from 'node:fs';
import { tool } from '../../tools/obtain';
import { runProgram, standInsFor } from './run-program';
import type { Validator } from './validator';

const VARIABLE = /\$\{env:([A-Z0-9_]+)\}/g;

export const COLLECTOR_VALIDATORS: readonly Validator[] = [
  {
    files: 'otel-*/config.yaml',
    reads: 'otel-collector',
    judgedBy: 'otelcol validate',
    tools: ['otelcol'],
    judge: async (path) =>
      runProgram(
        await tool('otelcol'),
        ['validate', `--config=${path}`],
        standInsFor(readFileSync(path, 'utf8'), VARIABLE, { POD_IP: '127.0.0.1' }),
      ),
    mistakes: [
      {
        what: 'a misspelt key',
        spoil: (text) =>
          text
            .replace('memory_limiter:', 'memory_limiter:\n    chek_interval: 1s\n    _:')
            .replace('\n    _:', ''),
        says: /has invalid keys: chek_interval/,
      },
    ],
  },
];
