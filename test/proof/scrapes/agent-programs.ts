/**
 * The programs of a cluster's agents on this machine, with the arguments and files of their manifests: only addresses and
 * folders are this machine's, and what Kubernetes mounts lies elsewhere.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Manifest } from '../../../policies/manifest';
import { fieldsAt, listAt, podTemplateOf, textAt } from '../../../stacks/manifest-data';
import { tool } from '../../tools/obtain';
import { TiedProcess } from '../control-plane/tied-process';
import { freePort } from '../free-port';

/** Where Kubernetes mounts what a pod needs for its API. */
const ACCOUNT_DIR = '/var/run/secrets/kubernetes.io/serviceaccount';

interface Server {
  readonly url: string;
  readonly caFile: string;
}

interface ScrapeFile {
  readonly scrape_configs: readonly {
    readonly kubernetes_sd_configs: readonly object[];
    readonly relabel_configs: readonly object[];
  }[];
}

export class AgentPrograms {
  public ports = { nodeExporter: 0, state: 0, telemetry: 0, agent: 0, store: 0, api: 0 };
  private readonly folder = mkdtempSync(join(tmpdir(), 'hyperion-agents-'));
  private readonly processes = new Map<string, TiedProcess>();

  /** @param kubeconfig by which the test itself finds the API server */
  public constructor(
    private readonly objects: readonly Manifest[],
    private readonly kubeconfig: string,
  ) {}

  /** @param turned address as discovery finds it → port of this machine, once the ports are known */
  public async start(
    turned: (ports: AgentPrograms['ports']) => Readonly<Record<string, number>>,
  ): Promise<void> {
    for (const name of Object.keys(this.ports) as (keyof AgentPrograms['ports'])[]) {
      this.ports[name] = await freePort();
    }
    this.ports.api = Number(new URL(this.server().url).port);
    const { nodeExporter, state, telemetry, agent, store } = this.ports;
    await this.run('node-exporter', tool('node-exporter'), [
      ...this.args('DaemonSet', 'node-exporter').map((arg) =>
        arg
          .replace('[$(NODE_ADDRESS)]:9100', `127.0.0.1:${nodeExporter}`)
          .replace(/=\/host\/root$/, '=/')
          .replace(/=\/host(\/root)?\//, '=/'),
      ),
    ]);
    await this.run('kube-state-metrics', tool('kube-state-metrics'), [
      ...this.args('Deployment', 'kube-state-metrics').map((arg) =>
        arg.replace(/=8080$/, `=${state}`).replace(/=8081$/, `=${telemetry}`),
      ),
      '--host=127.0.0.1',
      '--telemetry-host=127.0.0.1',
      `--kubeconfig=${await this.kubeconfigOf('kube-state-metrics')}`,
    ]);
    await this.run('victoria-metrics', tool('victoria-metrics'), [
      `-httpListenAddr=127.0.0.1:${store}`,
      `-storageDataPath=${join(this.folder, 'store')}`,
    ]);
    const scrape = await this.scrapeFile(turned(this.ports));
    await this.run('vmagent', tool('victoria-metrics', 'vmagent'), [
      ...this.args('StatefulSet', 'vmagent')
        // The store of the test asks for no token.
        .filter((arg) => !arg.startsWith('-remoteWrite.bearerTokenFile'))
        .map((arg) =>
          arg
            .replace(/^-remoteWrite.url=.*/, `-remoteWrite.url=http://127.0.0.1:${store}/api/v1/write`)
            .replace('/etc/vmagent/scrape.yml', scrape)
            .replace('/var/lib/vmagent', join(this.folder, 'queue')),
        ),
      `-httpListenAddr=127.0.0.1:${agent}`,
    ]);
  }

  public log(name: string): string {
    return this.processes.get(name)?.log ?? '';
  }

  public async stop(): Promise<void> {
    for (const process of [...this.processes.values()].reverse()) await process.stop();
    rmSync(this.folder, { recursive: true });
  }

  private async run(name: string, program: Promise<string>, args: readonly string[]): Promise<void> {
    this.processes.set(name, new TiedProcess(name, await program, args, join(this.folder, `${name}.log`)));
  }

  private args(kind: string, name: string): string[] {
    const object = this.objects.find((o) => o.kind === kind && o.metadata.name === name);
    if (object === undefined) throw new Error(`no ${kind} ${name}`);
    const [container] = listAt(podTemplateOf(object)?.spec, 'containers');
    return listAt(container, 'args').map(String);
  }

  private server(): Server {
    const [entry] = listAt(parse(readFileSync(this.kubeconfig, 'utf8')), 'clusters');
    const cluster = fieldsAt(entry, 'cluster');
    return {
      url: textAt(cluster, 'server') ?? '',
      caFile: textAt(cluster, 'certificate-authority') ?? '',
    };
  }

  /** As Kubernetes mounts it: with the rights of that account and no others. */
  private async tokenFile(account: string): Promise<string> {
    const token = execFileSync(await tool('kubernetes', 'kubectl'), [
      `--kubeconfig=${this.kubeconfig}`,
      ...['create', 'token', account, '--namespace=monitoring'],
    ]);
    const folder = join(this.folder, account);
    mkdirSync(folder);
    writeFileSync(join(folder, 'token'), token.toString().trim(), { mode: 0o600 });
    return join(folder, 'token');
  }

  private async kubeconfigOf(account: string): Promise<string> {
    const { url, caFile } = this.server();
    const name = account;
    const file = join(this.folder, `${account}.kubeconfig`);
    const user = { tokenFile: await this.tokenFile(account) };
    const cluster = { server: url, 'certificate-authority': caFile };
    writeFileSync(
      file,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name, cluster }],
        users: [{ name, user }],
        contexts: [{ name, context: { cluster: name, user: name } }],
        'current-context': name,
      }),
      { mode: 0o600 },
    );
    return file;
  }

  /** The rendered file; where the API server and the targets are, is this machine's. */
  private async scrapeFile(turned: Readonly<Record<string, number>>): Promise<string> {
    const { url, caFile } = this.server();
    const token = await this.tokenFile('vmagent');
    const map = this.objects.find((o) => o.kind === 'ConfigMap' && o.metadata.name === 'vmagent-config');
    const { data } = map as unknown as { data: Readonly<Record<string, string>> };
    const text = (data['scrape.yml'] ?? '')
      .replaceAll(`${ACCOUNT_DIR}/token`, token)
      .replaceAll(`${ACCOUNT_DIR}/ca.crt`, caFile);
    const rendered = parse(text) as ScrapeFile;
    const toThisMachine = Object.entries(turned).map(([address, port]) => ({
      source_labels: ['__address__'],
      regex: address,
      target_label: '__address__',
      replacement: `127.0.0.1:${port}`,
    }));
    const file = join(this.folder, 'scrape.yml');
    writeFileSync(
      file,
      stringify({
        ...rendered,
        scrape_configs: rendered.scrape_configs.map((job) => ({
          ...job,
          kubernetes_sd_configs: job.kubernetes_sd_configs.map((sd) => ({
            ...sd,
            api_server: url,
            authorization: { credentials_file: token },
            tls_config: { ca_file: caFile },
          })),
          relabel_configs: [...job.relabel_configs, ...toThisMachine],
        })),
      }),
    );
    return file;
  }
}
