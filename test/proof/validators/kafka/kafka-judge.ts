/** The classes of Kafka, of ZooKeeper and of their exporter, each in one Java process for all files: starting it costs more than all of its answers. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { KAFKA_DIRS } from '../../../../constructs/buffer/kafka-config';
import { ZOOKEEPER_DIRS } from '../../../../constructs/buffer/zookeeper-config';
import { tool } from '../../../tools/obtain';
import type { ToolName } from '../../../tools/registry';
import { issue, makeAuthority } from '../../kafka/certificates';
import { shared } from '../shared';
import type { Verdict } from '../validator';

export type KafkaFile = 'broker' | 'client' | 'topics' | 'acls' | 'logging';

/** Started anew for each answer it would take seconds; a minute without one is a failure, not a wait. */
const ANSWER_LIMIT_MS = 60_000;

export const kafkaJudge = judgeOf<KafkaFile>('judge.java', 'kafka');
export const legacyJudge = judgeOf<'broker' | 'logging'>('legacy-judge.java', 'kafka-3.9');
export const zookeeperJudge = judgeOf<'server' | 'logging'>('zookeeper-judge.java', 'zookeeper');
export const jmxJudge = judgeOf<'rules'>('jmx-judge.java', 'jmx-exporter');

function judgeOf<Kind extends string>(source: string, name: ToolName): () => Promise<JavaJudge<Kind>> {
  return shared(
    async () => new JavaJudge<Kind>(source, await tool(name)),
    (judge) => {
      judge.end();
    },
  );
}

class JavaJudge<Kind extends string> {
  private readonly dir = mkdtempSync(join(tmpdir(), 'hyperion-kafka-judge-'));
  private readonly java: ChildProcess;
  private readonly answers: AsyncIterator<string>;
  private complaints = '';

  /** @param libraries the folder of the tool, or the one jar that it is */
  public constructor(source: string, libraries: string) {
    makeAuthority(join(this.dir, 'tls'));
    writeFileSync(join(this.dir, 'tls', 'tls-combined.pem'), issue(join(this.dir, 'tls'), 'judge'));
    // A server finds its number beside its data.
    mkdirSync(join(this.dir, 'data'));
    writeFileSync(join(this.dir, 'data', 'myid'), '1\n');
    const classPath = libraries.endsWith('.jar') ? libraries : join(libraries, 'libs', '*');
    const program = join(this.dir, source);
    writeFileSync(
      program,
      [source, 'judging.java'].map((part) => readFileSync(join(__dirname, part), 'utf8')).join(''),
    );
    mkdirSync(join(this.dir, 'passwords'));
    const { PATH, HOME, JAVA_HOME } = process.env;
    this.java = spawn(
      'java',
      ['-XX:TieredStopAtLevel=1', '-cp', classPath, program],
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
  public async judge(kind: Kind, path: string): Promise<Verdict> {
    const file = join(this.dir, basename(path));
    const text = readFileSync(path, 'utf8');
    for (const [, name] of text.matchAll(/\$\{directory:[^}:]+:([^}]+)\}/g)) {
      writeFileSync(join(this.dir, 'passwords', name ?? ''), 'stand-in');
    }
    writeFileSync(
      file,
      text
        .replaceAll(KAFKA_DIRS.passwords, join(this.dir, 'passwords'))
        .replaceAll(KAFKA_DIRS.tls, join(this.dir, 'tls'))
        .replace(`dataDir=${ZOOKEEPER_DIRS.data}`, `dataDir=${join(this.dir, 'data')}`),
    );
    const limit = setTimeout(() => this.java.kill('SIGKILL'), ANSWER_LIMIT_MS);
    this.java.stdin?.write(`${kind} ${file}\n`);
    const answer = await this.answers.next();
    clearTimeout(limit);
    if (answer.done === true) throw new Error(`the classes gave no answer: ${this.complaints}`);
    return { accepted: answer.value === 'accepted', said: answer.value === 'accepted' ? '' : answer.value };
  }

  public end(): void {
    this.java.kill('SIGKILL');
    rmSync(this.dir, { recursive: true });
  }
}
