/**
 * A real VictoriaMetrics on the loopback: its single node stands in for vminsert, vmselect and vmstorage, whose programs no
 * registry has. It takes and answers the same requests, without the tenant in their paths.
 */
import { tool } from '../../tools/obtain';
import { LoopbackProgram } from '../flows/loopback-program';
import { freePort } from '../free-port';

export class MetricsNode {
  private readonly program = new LoopbackProgram();
  private port = 0;

  public async start(): Promise<void> {
    this.port = await freePort();
    await this.program.start(
      [
        await tool('victoria-metrics'),
        `-storageDataPath=${this.program.dir}/data`,
        `-httpListenAddr=127.0.0.1:${this.port}`,
      ],
      `${this.url}/health`,
    );
  }

  public get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What stands for the cluster's addresses, their tenant included, in the rendered configuration of vmauth. */
  public get behind(): Readonly<Record<string, string>> {
    return {
      'http://vminsert.monitoring.svc.cluster.local:8480/insert/0/prometheus': this.url,
      'http://vmselect.monitoring.svc.cluster.local:8481/select/0/prometheus': this.url,
    };
  }

  public stop(): Promise<void> {
    return this.program.stop();
  }
}
