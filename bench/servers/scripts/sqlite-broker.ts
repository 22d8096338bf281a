/**
 * The broker's interface over SQLite: `sqlite-broker.ts <package> <file>`. A batch is one transaction, synced before its answer
 * (WAL, synchronous=FULL). Acknowledged rows go with the next one: as with the broker, nobody waits for that.
 */
import Fastify from 'fastify';
import { createRequire } from 'node:module';

import { loadPeer } from '../../load/peer';

interface Statement {
  run(...values: (string | number)[]): { readonly lastInsertRowid: number | bigint };
  all(...values: (string | number)[]): unknown[];
}

interface Database {
  pragma(text: string): unknown;
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
}

const [name = '', file = ''] = process.argv.slice(2);
type Package = new (file: string) => Database;
const Sqlite = name === 'libsql' ? (createRequire(__filename)(name) as Package) : (loadPeer(name) as Package);
const database = new Sqlite(file);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec('CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL)');
const begin = database.prepare('BEGIN IMMEDIATE');
const commit = database.prepare('COMMIT');
const insert = database.prepare('INSERT INTO messages (body) VALUES (?)');
const select = database.prepare('SELECT id, body FROM messages WHERE id > ? ORDER BY id LIMIT ?');
const remove = database.prepare('DELETE FROM messages WHERE id = ?');

let acknowledged: number[] = [];
let delivered = 0;

function put(bodies: readonly string[]): void {
  begin.run();
  for (const id of acknowledged) remove.run(id);
  for (const body of bodies) insert.run(body);
  commit.run();
  acknowledged = [];
}

const app = Fastify({ bodyLimit: 16 * 1024 * 1024 });
app.post<{ Body: { messages: { body: string }[] } }>('/topics/bench/messages', (request, reply) => {
  const { messages } = request.body;
  put(messages.map(({ body }) => body));
  return reply.code(202).send({ accepted: messages.length });
});
app.post<{ Body: { maxMessages: number } }>('/topics/bench/receive', (request, reply) => {
  const rows = select.all(delivered, request.body.maxMessages) as { id: number; body: string }[];
  delivered = rows.at(-1)?.id ?? delivered;
  return reply.send({ messages: rows.map(({ id, body }) => ({ receipt: String(id), body })) });
});
app.post<{ Body: { receipts: string[] } }>('/topics/bench/acknowledge', (request, reply) => {
  const { receipts } = request.body;
  acknowledged.push(...receipts.map(Number));
  return reply.send({ done: receipts.length });
});

void app.listen({ host: '127.0.0.1', port: 0 }).then((url) => {
  process.stdout.write(`listening at ${url}\n`);
});
