/**
 * The verdict of ClickHouse's engine 26.7 (npm `chdb`) on one file under `config/clickhouse/`. Of the replicated schema
 * it judges what is left without `ON CLUSTER` and the tables' place in Keeper; `keeper.yaml` it does not read.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { readDocument, refusalOf, type Document, type ServerFiles } from './server-files';

/** Somebody who may do everything, for the files that name no users. */
const SOMEBODY: Document = {
  profiles: { default: {} },
  users: {
    somebody: {
      password: 'stand-in',
      networks: { ip: '::/0' },
      profile: 'default',
      grants: { query: ['GRANT ALL ON *.*'] },
    },
  },
};

export function judgeClickHouseFile(path: string): { readonly accepted: boolean; readonly said: string } {
  const text = readFileSync(path, 'utf8');
  const said = refusalOf(
    filesFor(basename(path), text),
    () => 'stand-in',
    statementsOf(basename(path), text),
  );
  return { accepted: said === undefined, said: said ?? '' };
}

function filesFor(name: string, text: string): ServerFiles {
  switch (name) {
    case 'config.yaml':
      return { config: readDocument(text), users: SOMEBODY };
    case 'users.yaml':
      return { config: {}, users: readDocument(text) };
    case 'schema.sql':
      return { config: {}, users: SOMEBODY };
    default:
      throw new Error(`the engine cannot judge ${name}`);
  }
}

function statementsOf(name: string, text: string): readonly string[] {
  return name === 'schema.sql' ? splitStatements(text).map(withoutReplication) : [];
}

/** As `clickhouse-client` tells them apart: no statement has a semicolon within (tested with the schema). */
export function splitStatements(text: string): readonly string[] {
  return text.split(';\n').filter((sql) => sql.trim() !== '');
}

function withoutReplication(sql: string): string {
  return sql
    .replace(/ ON CLUSTER `[a-z0-9_]+`/, '')
    .replace(/ENGINE = Replicated(\w+)\('[^']+', '\{replica\}'(?:, )?/, 'ENGINE = $1(');
}
