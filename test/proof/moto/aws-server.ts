/** AWS on loopback, as far as Moto has it: one account, one region, and AWS's own client to ask it. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { tool } from '../../tools/obtain';
import { TiedProcess } from '../control-plane/tied-process';
import { until } from '../control-plane/until';
import { freePort } from '../free-port';

/** Three seconds on a quiet machine, most of it Python's. */
const START_LIMIT_MS = 120_000;

export interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface AwsCall {
  /** As boto3 calls it, e.g. `iam`. */
  readonly service: string;
  /** E.g. `create_role`. */
  readonly operation: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** @default somebody who may do everything, as long as nobody asks for permissions */
  readonly as?: Identity;
}

type Answer = { readonly value: Value } | { readonly code: string; readonly message: string };
export type Value = Readonly<Record<string, unknown>>;

/** AWS said no, or its client did before it asked. */
class AwsRefusal extends Error {
  public constructor(
    { service, operation }: AwsCall,
    public readonly code: string,
    message: string,
  ) {
    super(`${service}.${operation}: ${code}: ${message}`);
  }
}

export class AwsServer {
  private readonly waiting: ((answer: Answer) => void)[] = [];

  private constructor(
    public readonly account: string,
    public readonly region: string,
    private readonly endpoint: string,
    private readonly dir: string,
    private readonly server: TiedProcess,
    private readonly client: ChildProcessWithoutNullStreams,
  ) {
    createInterface({ input: client.stdout }).on('line', (line) => {
      this.waiting.shift()?.(JSON.parse(line) as Answer);
    });
    client.once('exit', () => {
      for (const answer of this.waiting.splice(0))
        answer({ code: 'ClientEnded', message: 'it ended by itself' });
    });
  }

  public static async start(account: string, region: string): Promise<AwsServer> {
    const dir = mkdtempSync(join(tmpdir(), 'hyperion-moto-'));
    const port = await freePort();
    const endpoint = `http://127.0.0.1:${port}`;
    // AWS's own policies, so that one which does not exist is refused.
    const environment = { HOME: dir, MOTO_ACCOUNT_ID: account, MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' };
    const server = new TiedProcess(
      'moto',
      await tool('moto'),
      ['-H', '127.0.0.1', '-p', String(port)],
      join(dir, 'moto.log'),
      environment,
    );
    const python = await tool('moto', 'venv/bin/python');
    const client = spawn(
      'setpriv',
      ['--pdeathsig', 'KILL', python, join(__dirname, 'client.py'), endpoint, region],
      // Neither the machine's own credentials nor its settings.
      { env: { PATH: process.env.PATH, HOME: dir, AWS_EC2_METADATA_DISABLED: 'true' }, stdio: 'pipe' },
    );
    const aws = new AwsServer(account, region, endpoint, dir, server, client);
    try {
      await until('moto answers', START_LIMIT_MS, async () =>
        (await aws.isReady()) ? [] : [server.log.slice(-2000)],
      );
    } catch (error) {
      await aws.stop();
      throw error;
    }
    return aws;
  }

  /** @throws AwsRefusal */
  public async call(call: AwsCall): Promise<Value> {
    const answer = await new Promise<Answer>((resolve) => {
      this.waiting.push(resolve);
      this.client.stdin.write(`${JSON.stringify(call)}\n`);
    });
    if ('value' in answer) return answer.value;
    throw new AwsRefusal(call, answer.code, answer.message);
  }

  /** From now on everybody may do what IAM's policies say, and nothing else. */
  public async askForPermissions(): Promise<void> {
    await fetch(`${this.endpoint}/moto-api/reset-auth`, { method: 'POST', body: '0' });
  }

  public async stop(): Promise<void> {
    this.client.stdin.end();
    await this.server.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  private async isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.endpoint}/moto-api/data.json`)).ok;
    } catch {
      return false;
    }
  }
}
