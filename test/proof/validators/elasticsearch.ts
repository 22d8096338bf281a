/**
 * Elasticsearch's files. No registry has Elasticsearch: they are judged by typed models of the keys in use. What of them
 * OpenSearch understands, `epiphany-logging.test.ts` sends to one.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { CATALOG } from '../../../constructs/core/catalog';
import {
  ELASTICSEARCH_REQUEST_LINES,
  ELASTICSEARCH_ROLES,
  ELASTICSEARCH_SETTINGS,
  ELASTICSEARCH_USER_LINES,
  FIRST_INDEX,
  INDEX_TEMPLATE,
  LIFECYCLE,
  REPOSITORY,
  SNAPSHOT_POLICY,
} from './models/elasticsearch';
import { judgeByModel, type Model } from './models/model';
import type { Mistake, Validator } from './validator';

export const ELASTICSEARCH_VALIDATORS: readonly Validator[] = [
  row('elasticsearch.yml', ELASTICSEARCH_SETTINGS, parse, [
    {
      what: 'a setting that Elasticsearch 9 does not know',
      spoil: (text) => `${text}discovery.zen.minimum_master_nodes: 2\n`,
      says: /the model has no key discovery\.zen\.minimum_master_nodes/,
    },
    {
      what: 'a node alone that would found a cluster with others',
      spoil: (text) =>
        `${text.replace(/^(discovery\..*|cluster\.initial.*)\n( +- .*\n)*/gm, '')}discovery.type: single-node\ncluster.initial_master_nodes: [other-0]\n`,
      says: /must NOT be valid/,
    },
    {
      what: 'nodes that believe each other without a certificate',
      spoil: (text) => text.replace('verification_mode: certificate', 'verification_mode: none'),
      says: /verification_mode: must be equal to one of the allowed values/,
    },
  ]),
  row('roles.yml', ELASTICSEARCH_ROLES, parse, [
    {
      what: 'a writer that may do everything',
      spoil: (text) => text.replace('create_doc', 'all'),
      says: /privileges\/0: must be equal to one of the allowed values/,
    },
    {
      what: 'a role of an index that names none',
      spoil: (text) => text.replace(/names:/, 'name:'),
      says: /must have required property 'names'/,
    },
  ]),
  row('users.txt', ELASTICSEARCH_USER_LINES, linesOf, [
    {
      what: 'a superuser',
      spoil: (text) => text.replace('hyperion_setup', 'superuser'),
      says: /^\/\d: must match pattern/,
    },
  ]),
  row('requests.txt', ELASTICSEARCH_REQUEST_LINES, linesOf, [
    {
      what: 'a request that deletes',
      spoil: (text) => text.replace('PUT', 'DELETE'),
      says: /^\/0: must match pattern/,
    },
  ]),
  row('lifecycle.json', LIFECYCLE, JSON.parse, [
    {
      what: 'a rollover by the size of all copies, under the name of the last version',
      spoil: (text) => text.replace('max_primary_shard_size', 'max_size_bytes'),
      says: /the model has no key max_size_bytes/,
    },
    {
      what: 'an age without a unit',
      spoil: (text) => text.replace(/"min_age": "\d+s"/, '"min_age": "14"'),
      says: /min_age: must match pattern/,
    },
  ]),
  row('template.json', INDEX_TEMPLATE, JSON.parse, [
    {
      what: 'the form of templates that Elasticsearch 8 ended',
      spoil: (text) => text.replace('"index_patterns"', '"template_patterns"'),
      says: /must have required property 'index_patterns'/,
    },
    {
      what: 'a type of field that there is not',
      spoil: (text) => text.replace('"match_only_text"', '"string"'),
      says: /message\/type: must be equal to one of the allowed values/,
    },
  ]),
  row('first-index.json', FIRST_INDEX, JSON.parse, [
    {
      what: 'an alias whose writers are not told where',
      spoil: (text) => text.replace('true', 'false'),
      says: /is_write_index: must be equal to constant/,
    },
    {
      what: 'the form of requests to alias an index that is there',
      spoil: (text) => text.replace('"aliases"', '"actions"'),
      says: /the model has no key actions/,
    },
  ]),
  row('repository.json', REPOSITORY, JSON.parse, [
    {
      what: 'a repository without a place',
      spoil: (text) => text.replace('"location"', '"path"').replace('"bucket"', '"container"'),
      says: /the model has no key (path|container)/,
    },
  ]),
  row('snapshot-policy.json', SNAPSHOT_POLICY, JSON.parse, [
    {
      what: 'a schedule of five fields, as cron has it',
      spoil: (text) => text.replace('"0 30 1 * * ?"', '"30 1 * * *"'),
      says: /schedule: must match pattern/,
    },
  ]),
];

function row(
  file: string,
  model: Model,
  read: (text: string) => unknown,
  mistakes: readonly [Mistake, ...Mistake[]],
): Validator {
  return {
    files: `elasticsearch/${file}`,
    reads: 'elasticsearch',
    judgedBy: 'keys, types and values',
    substitute: `typed model for Elasticsearch ${CATALOG.elasticsearch.version}`,
    tools: [],
    judge: (path) => Promise.resolve(judgeByModel(model, read(readFileSync(path, 'utf8')))),
    mistakes,
  };
}

function linesOf(text: string): string[] {
  return text.trimEnd().split('\n');
}
