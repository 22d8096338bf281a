/**
 * Loki on loopback with the rendered configuration. What differs: where it listens, where Ceph's gateway and its own
 * volume are; and, for a test of the retention, how soon what is past it goes.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { tool } from '../../tools/obtain';
import { LoopbackProgram } from '../flows/loopback-program';
import { freePort } from '../free-port';
import type { BucketKeys, CephCluster } from '../stores/ceph-cluster';

type Config = Record<string, Record<string, unknown>>;

export interface LokiProcessProps {
  /** `config.yaml` as rendered. */
  readonly config: string;
  readonly ceph: CephCluster;
  readonly keys: { readonly chunks: BucketKeys; readonly ruler: BucketKeys };
}

/** A day is the shortest retention that Loki knows; the compactor then looks and deletes within seconds. */
const SHORTENED: Config = {
  limits_config: { retention_period: '24h' },
  compactor: { compaction_interval: '2s', retention_delete_delay: '1s' },
};

export class LokiProcess {
  private readonly loki = new LoopbackProgram();

  private constructor(
    private readonly props: LokiProcessProps,
    public readonly port: number,
    private readonly grpcPort: number,
  ) {}

  public static async make(props: LokiProcessProps): Promise<LokiProcess> {
    return new LokiProcess(props, await freePort(), await freePort());
  }

  public get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  public async start(times: 'as rendered' | 'shortened' = 'as rendered'): Promise<void> {
    const { chunks, ruler } = this.props.keys;
    const file = this.loki.file('config.yaml', this.configuration(times === 'shortened' ? SHORTENED : {}));
    await this.loki.start(
      [
        '/usr/bin/env',
        `AWS_ACCESS_KEY_ID=${chunks.accessKeyId}`,
        `AWS_SECRET_ACCESS_KEY=${chunks.secretAccessKey}`,
        `LOKI_RULES_ACCESS_KEY_ID=${ruler.accessKeyId}`,
        `LOKI_RULES_SECRET_ACCESS_KEY=${ruler.secretAccessKey}`,
        await tool('loki'),
        `-config.file=${file}`,
        '-target=all',
        '-config.expand-env=true',
      ],
      `${this.url}/ready`,
    );
  }

  /** Ends it as Kubernetes does, and empties its volume. */
  public async endAndForget(): Promise<void> {
    await this.loki.end();
    rmSync(join(this.loki.dir, 'volume'), { recursive: true, force: true });
  }

  public async stop(): Promise<void> {
    await this.loki.stop();
  }

  private configuration(overrides: Config): string {
    const { config, ceph } = this.props;
    const placed = config
      .replaceAll(/http:\/\/rook-ceph-rgw-\S+/g, ceph.url)
      .replaceAll('/var/loki', join(this.loki.dir, 'volume'));
    const parsed = parse(placed) as Config;
    const loopback: Config = {
      server: {
        http_listen_port: this.port,
        grpc_listen_port: this.grpcPort,
        http_listen_address: '127.0.0.1',
        grpc_listen_address: '127.0.0.1',
      },
      common: { instance_addr: '127.0.0.1' },
    };
    for (const changes of [loopback, overrides]) {
      for (const [block, values] of Object.entries(changes)) Object.assign(parsed[block] ?? {}, values);
    }
    return stringify(parsed);
  }
}
