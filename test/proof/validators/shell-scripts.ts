/** Scripts that containers run: read whole by a shell of this machine, which runs none of them. */
import { CATALOG } from '../../../constructs/core/catalog';
import { runProgram } from './run-program';
import type { Validator } from './validator';

export const SCRIPT_VALIDATORS: readonly Validator[] = [
  script('kafka/kafka-admin.sh', 'kafka', 'bash'),
  script('kafka-legacy/kafka-admin.sh', 'kafka-legacy', 'bash'),
  script('haproxy/haproxy.sh', 'haproxy', 'sh'),
  script('clickhouse/apply.sh', 'clickhouse', 'sh'),
  script('victoria-metrics/*.sh', 'vmbackup', 'sh'),
  script('trivy/scan.sh', 'trivy', 'sh'),
  script('elasticsearch/*.sh', 'elasticsearch', 'bash'),
  script('filebeat/wait.sh', 'filebeat', 'bash'),
  script('kibana/import.sh', 'kibana', 'bash'),
];

/** @param shell the one that the container's command names */
function script(files: string, reads: Validator['reads'], shell: 'bash' | 'sh'): Validator {
  return {
    files,
    reads,
    judgedBy: `${shell} -n`,
    substitute: `this machine's ${shell} for that of ${reads} ${CATALOG[reads].version}`,
    tools: [],
    judge: (path) => Promise.resolve(runProgram(shell, ['-n', path])),
    mistakes: [
      {
        what: 'a loop that does not end',
        spoil: (text) => `${text}while true; do\n`,
        // Bash, then dash.
        says: /unexpected end of file|end of file unexpected/,
      },
    ],
  };
}
