/** Kafka's own classes in one Java process for all files: starting it costs more than all of its answers. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { KAFKA_DIRS } from '../../../../constructs/buffer/kafka-config';
import { tool } from '../../../tools/obtain';
import { makeAuthority } from '../../kafka/certificates';
import { shared } from '../shared';
import type { Verdict } from '../validator';

export type KafkaFile = 'broker' | 'client' | 'topics' | 'acls' | 'logging';

/** Started anew for each answer it would take seconds; a minute without one is a failure, not a wait. */
const ANSWER_LIMIT_MS = 60_000;

export const kafkaJudge = shared(
  async () => new KafkaJudge(await tool('kafka')),
  (judge) => {
    judge.end();
  },
);

class KafkaJudge {
  private readonly dir = mkdtempSync(join(tmpdir(), 'hyperion-kafka-judge-'));
  private readonly java: ChildProcess;
  private readonly answers: AsyncIterator<string>;
  private complaints = '';

  public constructor(kafkaFolder: string) {
    makeAuthority(join(this.dir, 'tls'));
    mkdirSync(join(this.dir, 'passwords'));
    const { PATH, HOME, JAVA_HOME } = process.env;
    this.java = spawn(
      'java',
      ['-XX:TieredStopAtLevel=1', ...['-cp', join(kafkaFolder, 'libs', '*')], join(__dirname, 'judge.java')],
      // What the pod's fields would say.
      { env: { PATH, HOME, JAVA_HOME, NODE_ID: '0', POD_NAME: 'kafka-0' }, stdio: ['pipe', 'pipe', 'pipe'] },
    );
    this.java.stdin?.on('error', () => undefined);
    this.java.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.complaints += text;
    });
    if (this.java.stdout === null) throw new Error('Java has no output');
    this.answers = createInterface({ input: this.java.stdout })[Symbol.asyncIterator]();
  }

  /** Of the text only the folders are changed: to ones with a certificate and a password in them. */
  public async judge(kind: KafkaFile, path: string): Promise<Verdict> {
    const file = join(this.dir, basename(path));
    const text = readFileSync(path, 'utf8');
    for (const [, name] of text.matchAll(/\$\{directory:[^}:]+:([^}]+)\}/g)) {
      writeFileSync(join(this.dir, 'passwords', name ?? ''), 'stand-in');
    }
    writeFileSync(
      file,
      text
        .replaceAll(KAFKA_DIRS.passwords, join(this.dir, 'passwords'))
        .replaceAll(KAFKA_DIRS.tls, join(this.dir, 'tls')),
    );
    const limit = setTimeout(() => this.java.kill('SIGKILL'), ANSWER_LIMIT_MS);
    this.java.stdin?.write(`${kind} ${file}\n`);
    const answer = await this.answers.next();
    clearTimeout(limit);
    if (answer.done === true) throw new Error(`Kafka's classes gave no answer: ${this.complaints}`);
    return { accepted: answer.value === 'accepted', said: answer.value === 'accepted' ? '' : answer.value };
  }

  public end(): void {
    this.java.kill('SIGKILL');
    rmSync(this.dir, { recursive: true });
  }
}
