/** Loki's configuration, judged by Loki itself. */
import { tool } from '../../tools/obtain';
import { runProgram } from './run-program';
import type { Validator } from './validator';

export const LOKI_VALIDATORS: readonly Validator[] = [
  {
    files: 'loki/config.yaml',
    reads: 'loki',
    judgedBy: 'loki -verify-config',
    tools: ['loki'],
    judge: async (path) => runProgram(await tool('loki'), ['-verify-config', `-config.file=${path}`]),
    mistakes: [
      {
        what: 'a key that Loki 3 no longer knows',
        spoil: (text) => text.replace('compactor:', 'compactor:\n  shared_store: azure'),
        says: /field shared_store not found/,
      },
    ],
  },
];
