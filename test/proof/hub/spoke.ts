/**
 * A cluster that writes to the hub: a real vmagent with the rendered arguments, and one target, which counts how often it was
 * scraped. What is not the rendered one: a fixed target in place of discovery, for there is no Kubernetes here, and a scrape
 * each second in place of 30.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { clusterToken } from '../../../constructs/systems/hub-and-spoke-clusters';
import { tool } from '../../tools/obtain';
import { LoopbackProgram } from '../flows/loopback-program';
import { freePort } from '../free-port';
import { spokeAgent, type SpokeName } from './hub-platform';
import { commandOf, fileOf, valueOf } from './rendered-container';

/** The door that it writes to. */
export interface SpokeHub {
  readonly url: string;
  /** Authority by which the door is known. */
  readonly caFile: string;
  /** Name in the door's certificate. @default the URL's host */
  readonly serverName?: string;
  /** Value of a secret. @default `valueOf` */
  readonly secret?: (name: string) => string;
}

export class Spoke {
  /** How often the target was scraped: the value of its only sample, so that a lost one is a missing number. */
  public scrapes = 0;
  private readonly program = new LoopbackProgram();
  private target: Server | undefined;
  private port = 0;

  public constructor(public readonly name: SpokeName) {}

  public async start(hub: SpokeHub): Promise<void> {
    const target = createServer((_incoming, outgoing) => {
      this.scrapes += 1;
      outgoing.end(`spoke_scrapes ${this.scrapes}\n`);
    });
    this.target = target;
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    this.port = await freePort();
    const { platform, vmagent } = spokeAgent(this.name);
    platform.runDerivers();
    const { dir } = this.program;
    const token = clusterToken({ name: this.name }).name;
    mkdirSync(join(dir, 'secrets'));
    writeFileSync(join(dir, 'secrets', token), (hub.secret ?? valueOf)(token));
    this.program.file(
      'scrape.yml',
      onThisMachine(fileOf(vmagent, 'scrape.yml'), (target.address() as AddressInfo).port),
    );
    const command = commandOf(platform, 'StatefulSet', 'vmagent', await tool('victoria-metrics', 'vmagent'), [
      ['/etc/vmagent-secrets/', `${dir}/secrets/`],
      ['/etc/vmagent-ca-hub-ca/ca.crt', hub.caFile],
      ['/etc/vmagent/', `${dir}/`],
      ['/var/lib/vmagent', `${dir}/queue`],
      ['https://victoria-metrics.infra.service:443', hub.url],
    ]);
    await this.program.start(
      [
        ...command,
        ...(hub.serverName === undefined ? [] : [`-remoteWrite.tlsServerName=${hub.serverName}`]),
        `-httpListenAddr=127.0.0.1:${this.port}`,
      ],
      `${this.url}/health`,
    );
  }

  public get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  public async stop(): Promise<void> {
    await this.program.stop();
    const { target } = this;
    if (target === undefined) return;
    const closed = new Promise((resolve) => target.close(resolve));
    target.closeAllConnections();
    await closed;
  }
}

function onThisMachine(rendered: string, targetPort: number): string {
  const { global } = parse(rendered) as { global: object };
  return stringify({
    global: { ...global, scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ job_name: 'target', static_configs: [{ targets: [`127.0.0.1:${targetPort}`] }] }],
  });
}
