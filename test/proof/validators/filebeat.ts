/** Filebeat's configuration. No registry has Filebeat: it is judged by a typed model of the keys in use. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { CATALOG } from '../../../constructs/core/catalog';
import { FILEBEAT } from './models/filebeat';
import { judgeByModel } from './models/model';
import type { Validator, Verdict } from './validator';

export const FILEBEAT_VALIDATORS: readonly Validator[] = [
  {
    files: 'filebeat/filebeat.yml',
    reads: 'filebeat',
    judgedBy: 'keys, types and values',
    substitute: `typed model for Filebeat ${CATALOG.filebeat.version}`,
    tools: [],
    judge: (path) => Promise.resolve(judgeFilebeat(parse(readFileSync(path, 'utf8')))),
    mistakes: [
      {
        what: 'the input that Filebeat 9 has switched off',
        spoil: (text) => text.replace('type: filestream', 'type: log'),
        says: /inputs\/0\/type: must be equal to one of the allowed values: filestream/,
      },
      {
        what: 'two inputs with one ID, which read every file twice',
        spoil: (text) => text.replace('id: auth\n', 'id: audit\n'),
        says: /^two inputs are called audit$/,
      },
      {
        what: 'a fingerprint shorter than Filebeat takes',
        spoil: (text) => text.replace('length: 64', 'length: 32'),
        says: /length: must be >= 64/,
      },
      {
        what: 'a password in the file',
        spoil: (text) => text.replace('${ELASTICSEARCH_PASSWORD}', 'hunter2'),
        says: /password: must match pattern/,
      },
    ],
  },
];

function judgeFilebeat(document: unknown): Verdict {
  const shape = judgeByModel(FILEBEAT, document);
  if (!shape.accepted) return shape;
  const { inputs } = (document as { filebeat: { inputs: readonly { id: string }[] } }).filebeat;
  const ids = inputs.map(({ id }) => id);
  const twice = ids.filter((id, index) => ids.indexOf(id) < index);
  const said = twice.map((id) => `two inputs are called ${id}`).join('\n');
  return { accepted: said === '', said };
}
