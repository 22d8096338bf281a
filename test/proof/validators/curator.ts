/** Curator's files, judged by Curator: it reads both, and makes its client from them, before it asks a server that is not there. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { tool } from '../../tools/obtain';
import { makeAuthority } from '../kafka/certificates';
import { runProgram } from './run-program';
import { runInSandbox } from './sandbox';
import { shared } from './shared';
import type { Mistake, Validator, Verdict } from './validator';

const CONFIG_DIR = '/etc/hyperion/curator';
const CA_FILE = '/etc/hyperion/tls/ca.crt';

/** The other file, when one is judged: the least that Curator goes as far with. */
const LEAST = {
  'curator.yml': [
    'elasticsearch:',
    '  client:',
    '    hosts: https://localhost:9200',
    '  other_settings:',
    '    username: judge',
    '',
  ].join('\n'),
  'actions.yml': [
    'actions:',
    '  1:',
    '    action: rollover',
    '    options:',
    '      name: judged',
    '      conditions:',
    '        max_age: 1d',
    '',
  ].join('\n'),
};

export const CURATOR_VALIDATORS: readonly Validator[] = [
  curator('curator.yml', [
    {
      what: 'a time-out under the name that Curator 7 had for it',
      spoil: (text) => text.replace('request_timeout', 'timeout'),
      says: /extra keys not allowed @ data\['client'\]\['timeout'\]/,
    },
    {
      what: 'a login under the wrong key',
      spoil: (text) => text.replace('username:', 'user:'),
      says: /extra keys not allowed @ data\['other_settings'\]\['user'\]/,
    },
    {
      what: 'a CA where none is mounted',
      spoil: (text) => text.replace(CA_FILE, '/etc/hyperion/ca.crt'),
      says: /Unable to read file \/etc\/hyperion\/ca\.crt/,
    },
    {
      what: 'a level of logging that there is not',
      spoil: (text) => text.replace('loglevel: INFO', 'loglevel: VERBOSE'),
      says: /Bad Value: \\?"VERBOSE/,
    },
  ]),
  curator('actions.yml', [
    {
      what: 'a condition that Elasticsearch knows, and Curator does not',
      spoil: (text) => text.replace('max_size', 'max_primary_shard_size'),
      says: /extra keys not allowed @ data\['conditions'\]\['max_primary_shard_size'\]/,
    },
    {
      what: 'an age that does not say whose',
      spoil: (text) => text.replace(/^ +source: creation_date\n/m, ''),
      says: /filter #1: \{'filtertype': 'age'.*required key not provided @ data\['source'\]/,
    },
    {
      what: 'an age in a unit that there is not',
      spoil: (text) => text.replace('unit: seconds', 'unit: second'),
      says: /Bad Value: "second", not a valid value for dictionary value @ data\['unit'\]/,
    },
    {
      what: 'an action that there is not',
      spoil: (text) => text.replace('action: delete_indices', 'action: delete_index'),
      says: /Bad Value: "delete_index", action must be one of/,
    },
    {
      what: 'filters of a rollover, which would look as if they held',
      spoil: (text) => text.replace('    options:\n', '    filters: []\n    options:\n'),
      says: /Action ID "1": Bad Value: "\[\]", extra keys not allowed @ data\['filters'\]/,
    },
  ]),
];

function curator(file: keyof typeof LEAST, mistakes: readonly [Mistake, ...Mistake[]]): Validator {
  return {
    files: `elasticsearch/${file}`,
    reads: 'curator',
    judgedBy: 'curator --dry-run, as far as its first connection',
    tools: ['curator', 'sandbox'],
    judge: (path) => dryRun({ ...LEAST, [basename(path)]: readFileSync(path, 'utf8') }),
    mistakes,
  };
}

async function dryRun(files: typeof LEAST): Promise<Verdict> {
  const program = await tool('curator', '.');
  const python = pythonOf(program);
  const [, host = ''] = /hosts: https:\/\/([a-z0-9.-]+):9200/.exec(files['curator.yml']) ?? [];
  const { said } = await runInSandbox({
    command: [
      '/usr/bin/env',
      // As the pod has it.
      'ESCLIENT_PASSWORD=not-a-secret',
      '/curator/bin/curator',
      `--config=${CONFIG_DIR}/curator.yml`,
      '--dry-run',
      `${CONFIG_DIR}/actions.yml`,
    ],
    files: {
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`${CONFIG_DIR}/${name}`, text])),
      [CA_FILE]: await authority(),
    },
    readOnly: { '/curator': program, [python]: python },
    hosts: [host],
  });
  // It ends with 1 in any case; but it gets as far as this only with both files read, and to this name from the right one.
  const dialled = `HTTPSConnection(host='${host}', port=9200): Failed to establish a new connection: [Errno 111]`;
  return { accepted: said.includes(dialled), said };
}

/** Where the Python lies that the tool's virtual environment only links to: not always in a folder of the system. */
function pythonOf(program: string): string {
  const { said } = runProgram(join(program, 'venv', 'bin', 'python'), [
    '-c',
    'import sys; print(sys.base_prefix)',
  ]);
  return said.trim();
}

const authority = shared<string>(
  () => {
    const dir = mkdtempSync(join(tmpdir(), 'hyperion-curator-'));
    try {
      makeAuthority(dir);
      return Promise.resolve(readFileSync(join(dir, 'ca.crt'), 'utf8'));
    } finally {
      rmSync(dir, { recursive: true });
    }
  },
  () => undefined,
);
