/** The hub's real vmalerts and Alertmanagers on the loopback, with the rendered arguments and files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Alertmanager } from '../../../constructs/alert/alertmanager';
import type { Vmalert } from '../../../constructs/alert/vmalert';
import { DEAD_MAN } from '../../../constructs/alert/dead-man';
import type { Platform } from '../../../constructs/core/platform';
import { tool } from '../../tools/obtain';
import { LoopbackProgram } from '../flows/loopback-program';
import { freePort } from '../free-port';
import { commandOf, fileOf, valueOf } from './rendered-container';

/** Where the services that tell people are here. */
export interface Receivers {
  /** Content of the secret files whose whole content is an address. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Secret files that hold a key or a password. */
  readonly secrets: readonly string[];
  readonly mail: { readonly from: string; readonly to: string; readonly authorityFile: string };
  readonly pagerDuty: string;
}

/** One replica of several that know each other. */
export class AlertmanagerProgram {
  private readonly program = new LoopbackProgram();
  private port = 0;

  public constructor(private readonly index: number) {}

  /** @param gossip addresses of all replicas, in order */
  public async start(
    platform: Platform,
    alertmanager: Alertmanager,
    gossip: readonly string[],
    receivers: Receivers,
  ): Promise<void> {
    this.port = await freePort();
    const { dir } = this.program;
    const own = gossip[this.index] ?? '';
    mkdirSync(join(dir, 'secrets'));
    for (const secret of receivers.secrets) writeFileSync(join(dir, 'secrets', secret), valueOf(secret));
    for (const [secret, address] of Object.entries(receivers.addresses)) {
      writeFileSync(join(dir, 'secrets', secret), address);
    }
    const rendered = fileOf(alertmanager, 'alertmanager.yml')
      .replaceAll('/etc/alertmanager-secrets/', `${dir}/secrets/`)
      .replaceAll(receivers.mail.from, receivers.mail.to);
    this.program.file(
      'alertmanager.yml',
      stringify({ global: { pagerduty_url: receivers.pagerDuty }, ...(parse(rendered) as object) }),
    );
    const command = commandOf(platform, 'StatefulSet', 'alertmanager', await tool('alertmanager'), [
      ['/etc/alertmanager/', `${dir}/`],
      ['=/alertmanager', `=${dir}/data`],
      ...gossip.map(
        (address, index) =>
          [`alertmanager-${index}.alertmanager-headless.monitoring.svc.cluster.local:9094`, address] as const,
      ),
      ['$(POD_IP):9094', own],
      ['=:9094', `=${own}`],
      [':9093', `127.0.0.1:${this.port}`],
    ]);
    await this.program.start(
      // The mail server's authority is in no image; the log says when a group was looked at.
      ['env', `SSL_CERT_FILE=${receivers.mail.authorityFile}`, ...command, '--log.level=debug'],
      `${this.url}/-/ready`,
    );
  }

  public get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  public get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /**
   * How often each group of alerts was looked at; once more means that the time before is done with. But for the dead-man switch,
   * which has an interval of its own.
   */
  public flushes(): readonly number[] {
    const byGroup = new Map<string, number>();
    for (const [, group = ''] of this.program
      .read('log')
      .matchAll(/"msg":"flushing".*?"aggrGroup":"(.*?[^\\])"/g)) {
      if (group.includes(DEAD_MAN)) continue;
      byGroup.set(group, (byGroup.get(group) ?? 0) + 1);
    }
    return [...byGroup.values()];
  }

  public stop(): Promise<void> {
    return this.program.stop();
  }
}

export class VmalertProgram {
  private readonly program = new LoopbackProgram();
  private port = 0;

  public async start(
    platform: Platform,
    vmalert: Vmalert,
    door: { readonly url: string; readonly caFile: string },
    alertmanagers: readonly string[],
  ): Promise<void> {
    this.port = await freePort();
    const { dir } = this.program;
    const token = 'vmauth-vmalert-token';
    mkdirSync(join(dir, 'secrets'));
    writeFileSync(join(dir, 'secrets', token), valueOf(token));
    this.program.file('rules.yml', fileOf(vmalert, 'rules.yml'));
    // There is no DNS here, by whose names the rendered file finds each replica.
    this.program.file('notifier.yml', stringify({ static_configs: [{ targets: alertmanagers }] }));
    const command = commandOf(platform, 'Deployment', 'vmalert', await tool('victoria-metrics', 'vmalert'), [
      ['/etc/vmalert-secrets/', `${dir}/secrets/`],
      ['/etc/vmalert-ca/ca.crt', door.caFile],
      ['/etc/vmalert/', `${dir}/`],
      ['https://vmauth.monitoring.svc.cluster.local:8427', door.url],
    ]);
    await this.program.start([...command, `-httpListenAddr=127.0.0.1:${this.port}`], `${this.url}/health`);
  }

  public get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  public stop(): Promise<void> {
    return this.program.stop();
  }
}
