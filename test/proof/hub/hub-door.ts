/** The hub's real vmauth on the loopback, with the rendered users and TLS; what lies behind it are other addresses. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from '../../tools/obtain';
import { LoopbackProgram } from '../flows/loopback-program';
import { freePort } from '../free-port';
import { issue, makeAuthority } from '../kafka/certificates';
import { ask, type Answer, type HubRequest } from './ask';
import type { Hub } from './hub-platform';
import { commandOf, fileOf } from './rendered-container';

export class HubDoor {
  private readonly program = new LoopbackProgram();
  private authority = '';
  private port = 0;
  private internalPort = 0;

  /** @param behind what stands for each address behind the door, e.g. `http://vminsert.….:8480` */
  public async start(hub: Hub, behind: Readonly<Record<string, string>>): Promise<void> {
    this.port = await freePort();
    this.internalPort = await freePort();
    const { dir } = this.program;
    makeAuthority(dir);
    mkdirSync(join(dir, 'tls'));
    const pem = issue(dir, 'vmauth');
    const split = pem.indexOf('-----BEGIN CERTIFICATE');
    writeFileSync(join(dir, 'tls/tls.key'), pem.slice(0, split));
    writeFileSync(join(dir, 'tls/tls.crt'), pem.slice(split));
    this.authority = this.program.read('ca.crt');
    const users = Object.entries(behind).reduce(
      (text, [from, to]) => text.replaceAll(from, to),
      fileOf(hub.vmauth, 'auth.yml'),
    );
    this.program.file('auth.yml', users);
    const command = commandOf(
      hub.platform,
      'Deployment',
      'vmauth',
      await tool('victoria-metrics', 'vmauth'),
      [
        ['/etc/vmauth-tls/', `${dir}/tls/`],
        ['/etc/vmauth/', `${dir}/`],
        [':8427', `127.0.0.1:${this.port}`],
        [':8426', `127.0.0.1:${this.internalPort}`],
        // A client's connection is not waited for.
        ['http.shutdownDelay=10s', 'http.shutdownDelay=0s'],
      ],
    );
    await this.program.start(command, `${this.internalUrl}/health`);
  }

  public stop(): Promise<void> {
    return this.program.stop();
  }

  public get url(): string {
    return `https://localhost:${this.port}`;
  }

  /** Health and metrics, without TLS. */
  public get internalUrl(): string {
    return `http://127.0.0.1:${this.internalPort}`;
  }

  public get caFile(): string {
    return join(this.program.dir, 'ca.crt');
  }

  /** @param trust the authority by which the door is known; `''` is none @default its own */
  public ask(asked: HubRequest, trust = this.authority): Promise<Answer> {
    return ask({ url: this.url, ...(trust !== '' && { authority: trust }) }, asked);
  }
}
