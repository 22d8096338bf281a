/** The broker against what stands under it, against what it competes with, and against itself. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Contender, Server } from './load/contender';
import { measureRows, type LazyRow, type RowHead } from './lazy-row';
import { sqlitePackage } from './peers-package';
import type { Row } from './row';
import { broker } from './servers/broker';
import { startNullServer } from './servers/nginx';
import { elasticmq, kafka, nats, redis } from './servers/queues';
import { rabbitmq } from './servers/rabbitmq';
import { scratchFolder, startScript } from './servers/service';
import { stalledRows } from './stalled';

/** More than a round publishes. */
const HELD = 100_000;
/** So many that every sync has companions to share it with. */
const DURABLE_WORKERS = 32;
const JAVA_WARM_UP_S = 10;
const MEMORY = 'DURABILITY=memory, 256 bytes, no key, loopback';
const BATCHES = `${MEMORY}; batches of 100, 8 clients, each publishes, receives and acknowledges in turn`;

export async function* brokerRows(): AsyncGenerator<Row> {
  yield* measureRows([...singleRows(), ...batchRows(), ...durableRows()]);
  yield* stalledRows();
}

function singleRows(): LazyRow[] {
  return [
    {
      head: {
        id: 'broker-single',
        title: 'enqueue, one message a request ÷ bare `node:http` that reads the same body',
        goal: { atLeast: 0.85 },
      },
      rest: () => ({
        items: 'messages',
        a: {
          program: 'broker, publish',
          workload: 'publish',
          server: broker({ durability: 'memory', queueSize: HELD }),
        },
        b: {
          program: 'node:http',
          workload: 'publish',
          server: ({ server }) => startScript(server, 'bare-http'),
        },
        control: nginx('publish', 0),
        withLatency: true,
        note: `${MEMORY}, 32 connections, one request at a time on each; emptied between rounds.`,
      }),
    },
    {
      head: {
        id: 'broker-elasticmq',
        title: 'publish, receive, acknowledge one message ÷ ElasticMQ',
        goal: { atLeast: 5 },
      },
      rest: () => ({
        items: 'messages',
        a: { program: 'broker, one by one', workload: 'one', server: broker({ durability: 'memory' }) },
        b: {
          program: 'ElasticMQ 1.6 (SQS, JSON)',
          workload: 'sqs',
          server: elasticmq,
          warmUpS: JAVA_WARM_UP_S,
        },
        withLatency: true,
        note: `${MEMORY}; a request each, 32 connections; ElasticMQ in memory with 1 GiB of heap.`,
      }),
    },
  ];
}

function batchRows(): LazyRow[] {
  const a: Contender = {
    program: 'broker, batches',
    workload: 'batch',
    server: broker({ durability: 'memory' }),
  };
  const peer = (head: RowHead, b: Contender, note: string): LazyRow => ({
    head,
    rest: () => ({ items: 'messages', a, b, withLatency: true, note: `${BATCHES}; ${note}` }),
  });
  return [
    {
      head: {
        id: 'broker-batch',
        title: 'publish, receive, acknowledge in batches ÷ the same interface over an array',
        goal: { atLeast: 0.7 },
      },
      rest: () => ({
        items: 'messages',
        a,
        b: {
          program: 'null broker (Fastify)',
          workload: 'batch',
          server: ({ server }) => startScript(server, 'null-broker'),
        },
        control: nginx('batch', 100),
        withLatency: true,
        note: `${BATCHES}.`,
      }),
    },
    peer(
      { id: 'broker-redis', title: 'the same ÷ Redis Streams', goal: { atLeast: 2 } },
      { program: 'Redis 7.0 streams, ioredis', workload: 'redis', server: redis },
      'XADD (MAXLEN ~ 10,000) and XACK in one pipeline or command a batch, nothing on disk.',
    ),
    peer(
      { id: 'broker-nats', title: 'the same ÷ NATS JetStream', goal: { atLeast: 10 } },
      { program: 'NATS 2.12 JetStream', workload: 'nats', server: nats },
      'memory storage, each publication confirmed, fetch of 100, explicit acknowledgements.',
    ),
    peer(
      { id: 'broker-rabbitmq', title: 'the same ÷ RabbitMQ', goal: { atLeast: 3 } },
      { program: 'RabbitMQ 3.10, amqplib', workload: 'rabbitmq', server: rabbitmq },
      'a classic queue, transient messages and two connections for each client, confirms, prefetch 200, one scheduler.',
    ),
    peer(
      { id: 'broker-kafka', title: 'the same ÷ Kafka', goal: { atLeast: 1 } },
      {
        program: 'Kafka 4.3, @platformatic/kafka',
        workload: 'kafka',
        server: kafka,
        warmUpS: JAVA_WARM_UP_S,
      },
      'one process on one core, 1 GiB of heap, 4 partitions, acks=1, no fsync, offsets committed each 100 ms.',
    ),
    peer(
      { id: 'broker-bullmq', title: 'the same ÷ BullMQ', goal: { atLeast: 20 } },
      { program: 'BullMQ 6 on Redis 7.0', workload: 'bullmq', server: redis },
      'addBulk of 100, one worker with a concurrency of 100, finished jobs removed.',
    ),
  ];
}

function durableRows(): LazyRow[] {
  const a: Contender = {
    program: 'broker, fsync',
    workload: 'batch',
    server: broker({ durability: 'fsync' }),
    target: { concurrency: DURABLE_WORKERS },
  };
  const how = `batches of 100 messages of 256 bytes, ${DURABLE_WORKERS} clients, each publishes, receives and acknowledges in turn`;
  return [
    {
      head: {
        id: 'broker-fsync',
        title: 'DURABILITY=fsync ÷ DURABILITY=memory',
        goal: { atLeast: 0.5 },
      },
      rest: () => ({
        items: 'messages',
        a,
        b: { ...a, program: 'broker, memory', server: broker({ durability: 'memory' }) },
        withLatency: true,
        note: `${how}; group commit.`,
      }),
    },
    {
      head: {
        id: 'broker-sqlite',
        title: 'DURABILITY=fsync ÷ the same interface over SQLite',
        goal: { atLeast: 1.5 },
      },
      rest: () => {
        const sqlite = sqlitePackage();
        return {
          items: 'messages',
          a,
          b: { ...a, program: `Fastify over ${sqlite}`, server: ({ server }) => startSqlite(server, sqlite) },
          withLatency: true,
          note: `${how}; SQLite: WAL, synchronous=FULL, a transaction a batch, acknowledged rows deleted with the next one.`,
        };
      },
    },
  ];
}

function nginx(workload: string, received: number): Contender {
  return {
    program: 'the load alone (nginx answers at once)',
    workload,
    server: ({ server }) => startNullServer(server, received),
  };
}

async function startSqlite(core: number, name: string): Promise<Server> {
  const folder = scratchFolder('sqlite');
  const server = await startScript(core, 'sqlite-broker', [name, join(folder, 'messages.db')]);
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(folder, { recursive: true });
  };
  return { ...server, stop };
}
