/**
 * Kibana's files. No registry has Kibana: settings and saved objects are judged by typed models of the keys in use, and
 * the objects besides by whether every reference is to one of them.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { CATALOG } from '../../../constructs/core/catalog';
import { KIBANA_SETTINGS, SAVED_OBJECTS } from './models/kibana';
import { judgeByModel } from './models/model';
import type { Validator, Verdict } from './validator';

const MODEL = `typed model for Kibana ${CATALOG.kibana.version}`;

export const KIBANA_VALIDATORS: readonly Validator[] = [
  {
    files: 'kibana/kibana.yml',
    reads: 'kibana',
    judgedBy: 'keys, types and values',
    substitute: MODEL,
    tools: [],
    judge: (path) => Promise.resolve(judgeByModel(KIBANA_SETTINGS, parse(readFileSync(path, 'utf8')))),
    mistakes: [
      {
        what: 'the superuser, as whom Kibana does not start',
        spoil: (text) => text.replace('elasticsearch.username: kibana', 'elasticsearch.username: elastic'),
        says: /elasticsearch\.username: must NOT be valid/,
      },
      {
        what: 'a setting that Kibana 8 has dropped',
        spoil: (text) => `${text}xpack.security.enabled: true\n`,
        says: /the model has no key xpack\.security\.enabled/,
      },
      {
        what: 'a key in the file',
        spoil: (text) => text.replace('${SESSION_KEY}', 'obviously-not-a-secret-of-32-characters'),
        says: /xpack\.security\.encryptionKey: must match pattern/,
      },
    ],
  },
  {
    files: 'kibana/objects.ndjson',
    reads: 'kibana',
    judgedBy: 'attributes of each type, JSON within them, references',
    substitute: MODEL,
    tools: [],
    judge: (path) => Promise.resolve(judgeObjects(readFileSync(path, 'utf8'))),
    mistakes: [
      {
        what: 'an attribute of another type of object',
        spoil: (text) => text.replace('"timeFieldName"', '"timeField"'),
        says: /the model has no key timeField/,
      },
      {
        what: 'a panel of a search that is not there',
        spoil: (text) =>
          text.replace('"id":"logs-errors","type":"search"', '"id":"logs-error","type":"search"'),
        says: /^there is no search logs-errors$/m,
      },
      {
        what: 'a query whose JSON is broken',
        spoil: (text) => text.replace('{\\"query\\":', '{\\"query\\"'),
        says: /^kibanaSavedObjectMeta\.searchSourceJSON of .* is no JSON$/m,
      },
    ],
  },
];

interface SavedObject {
  readonly id: string;
  readonly type: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly { readonly id: string; readonly type: string }[];
}

function judgeObjects(ndjson: string): Verdict {
  const objects = ndjson
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as SavedObject);
  const shape = judgeByModel(SAVED_OBJECTS, objects);
  if (!shape.accepted) return shape;
  const known = new Set(objects.map(({ type, id }) => `${type} ${id}`));
  const astray = objects
    .flatMap(({ references }) => references)
    .map(({ type, id }) => `${type} ${id}`)
    .filter((name) => !known.has(name))
    .map((name) => `there is no ${name}`);
  const said = [...astray, ...objects.flatMap(brokenJson)].join('\n');
  return { accepted: said === '', said };
}

/** Attributes that are JSON in a text: a Kibana that imports them shows an error only when somebody opens them. */
function brokenJson({ id, attributes }: SavedObject): string[] {
  const source = attributes.kibanaSavedObjectMeta as { searchSourceJSON?: unknown } | undefined;
  const texts = {
    'kibanaSavedObjectMeta.searchSourceJSON': source?.searchSourceJSON,
    panelsJSON: attributes.panelsJSON,
    optionsJSON: attributes.optionsJSON,
    visState: attributes.visState,
  };
  return Object.entries(texts)
    .filter(([, value]) => typeof value === 'string' && !isJson(value))
    .map(([name]) => `${name} of ${id} is no JSON`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
