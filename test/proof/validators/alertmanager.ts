/** Alertmanager's configuration, judged by the program that its makers give for it. */
import { tool } from '../../tools/obtain';
import { runProgram } from './run-program';
import type { Validator } from './validator';

export const ALERTMANAGER_VALIDATORS: readonly Validator[] = [
  {
    files: 'alertmanager/alertmanager.yml',
    reads: 'alertmanager',
    judgedBy: 'amtool check-config',
    tools: ['amtool'],
    judge: async (path) => runProgram(await tool('amtool'), ['check-config', path]),
    mistakes: [
      {
        what: 'a route to a receiver that is not there',
        spoil: (text) => text.replace(/receiver: .*/, 'receiver: nobody'),
        says: /undefined receiver "nobody" used in route/,
      },
    ],
  },
];
