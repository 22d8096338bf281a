/** The workloads by name. A peer's client is loaded by the one that needs it, when it starts. */
import type { StartWorkload } from '../workload';
import { bullmq } from './bullmq';
import { consume } from './consume';
import { csvParse, hyperionCsv, udsv } from './csv';
import { kafka } from './kafka';
import { hyperionLines, influxdbClientLines } from './line-protocol';
import { jetStream } from './nats';
import { batches, enqueue, oneByOne, publish } from './queue-over-http';
import { rabbitmq } from './rabbitmq';
import { redisStreams } from './redis';
import { request } from './request';
import { sqs } from './sqs';

export const WORKLOADS: Readonly<Record<string, StartWorkload>> = {
  publish,
  enqueue,
  one: oneByOne,
  batch: batches,
  consume,
  request,
  sqs,
  redis: redisStreams,
  bullmq,
  nats: jetStream,
  rabbitmq,
  kafka,
  'line-protocol': hyperionLines,
  'line-protocol-influxdb-client': influxdbClientLines,
  csv: hyperionCsv,
  'csv-csv-parse': csvParse,
  'csv-udsv': udsv,
};
