/**
 * The watchers of a running environment, beside it on this machine's loopback: a real Prometheus, or a real
 * VictoriaMetrics with vmalert, that scrapes every job of the flow graph under the labels that the environment's own agent
 * gives, and evaluates the environment's own rules. Two things differ from the rendered files, for the loopback cluster has no
 * Kubernetes to find pods by and a test has no quarter of an hour: targets stand in the configuration, and an alert fires as
 * soon as its expression holds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { scrapeJobs, type ScrapeJob } from '../../../constructs/core/scrape-jobs';
import type { Synthesis } from '../../../stacks/synthesis';
import { tool } from '../../tools/obtain';
import { LoopbackProgram } from '../flows/loopback-program';
import { freePort } from '../free-port';
import type { RunningEnvironment } from '../local/hyperion-cluster';

/** Whose rules are watched, in the program that its system has. */
export type Watcher = 'prometheus' | 'victoria-metrics';

export interface WatchProps {
  readonly cluster: Pick<RunningEnvironment, 'address' | 'plan'>;
  readonly synthesis: Synthesis;
  readonly watcher: Watcher;
  /** Of the rendered rules, below the environment's folder, e.g. `config/vmalert/rules.yml`. */
  readonly rules: string;
  /** Put on every series, as the agent does. @default none */
  readonly labels?: Readonly<Record<string, string>>;
  /** Further keys of a job's scrape configuration, by job. @default none */
  readonly scrape?: Readonly<Record<string, object>>;
}

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

const INTERVAL = '1s';
const LOOK_AGAIN_MS = 500;

export class Watch {
  private readonly programs: LoopbackProgram[] = [];
  /** Where PromQL is answered. */
  private store = '';
  private evaluator = '';

  private constructor(private readonly props: WatchProps) {}

  public static async start(props: WatchProps): Promise<Watch> {
    const watch = new Watch(props);
    try {
      await (props.watcher === 'prometheus' ? watch.startPrometheus() : watch.startVictoriaMetrics());
      return watch;
    } catch (error) {
      await watch.stop();
      throw error;
    }
  }

  /** Jobs of what does not run on the loopback cluster: their components are down here. */
  public get leftOut(): readonly string[] {
    return scrapeJobs(this.props.synthesis.platform.graph)
      .filter((job) => !this.isRunning(job))
      .map(({ name }) => name);
  }

  /** Address of the store, for whoever asks it himself. */
  public get url(): string {
    return this.store;
  }

  public async query(expr: string): Promise<Sample[]> {
    const parameters = new URLSearchParams({ query: expr, nocache: '1', latency_offset: '1ms' });
    const { result } = await this.ask<{ result: { metric: Labels; value: [number, string] }[] }>(
      `${this.store}/api/v1/query?${parameters.toString()}`,
    );
    return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  /** Labels of every alert that fires now. */
  public async firing(): Promise<Labels[]> {
    const { alerts } = await this.ask<{ alerts: { labels: Labels; state: string }[] }>(
      `${this.evaluator}/api/v1/alerts`,
    );
    return alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels);
  }

  /** Waits until an alert with these labels fires, or does not any more. */
  public async untilFires(wanted: Labels, limitMs: number, fires = true): Promise<void> {
    const deadline = Date.now() + limitMs;
    for (;;) {
      const all = await this.firing();
      if (all.some((labels) => has(labels, wanted)) === fires) return;
      if (Date.now() > deadline) {
        throw new Error(
          `${JSON.stringify(wanted)} ${fires ? 'does not fire' : 'still fires'}; firing: ${JSON.stringify(all)}`,
        );
      }
      await sleep(LOOK_AGAIN_MS);
    }
  }

  /** Rules that could not be evaluated, with what was said. */
  public async failures(): Promise<string[]> {
    const { groups } = await this.ask<{
      groups: { rules: { name: string; health: string; lastError?: string }[] }[];
    }>(`${this.evaluator}/api/v1/rules`);
    return groups
      .flatMap(({ rules }) => rules)
      .filter(({ lastError }) => lastError !== undefined && lastError !== '')
      .map(({ name, lastError }) => `${name}: ${lastError ?? ''}`);
  }

  public async stop(): Promise<void> {
    for (const program of this.programs.reverse()) await program.stop();
  }

  private async ask<T>(url: string): Promise<T> {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
    return (JSON.parse(text) as { data: T }).data;
  }

  private async startPrometheus(): Promise<void> {
    const program = this.program();
    program.file('rules.yml', this.rules());
    program.file(
      'prometheus.yml',
      stringify({
        global: { scrape_interval: INTERVAL, scrape_timeout: INTERVAL, evaluation_interval: INTERVAL },
        rule_files: ['rules.yml'],
        scrape_configs: this.jobs(),
      }),
    );
    const port = await freePort();
    this.store = this.evaluator = `http://127.0.0.1:${port}`;
    await program.start(
      [
        await tool('prometheus', 'prometheus'),
        `--config.file=${program.dir}/prometheus.yml`,
        `--storage.tsdb.path=${program.dir}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      `${this.store}/-/ready`,
    );
  }

  private async startVictoriaMetrics(): Promise<void> {
    const [store, evaluator] = [this.program(), this.program()];
    const [storePort, evaluatorPort] = [await freePort(), await freePort()];
    this.store = `http://127.0.0.1:${storePort}`;
    this.evaluator = `http://127.0.0.1:${evaluatorPort}`;
    store.file(
      'scrape.yml',
      stringify({
        global: { scrape_interval: INTERVAL, scrape_timeout: INTERVAL },
        scrape_configs: this.jobs(),
      }),
    );
    await store.start(
      [
        await tool('victoria-metrics', 'victoria-metrics'),
        `-storageDataPath=${store.dir}/data`,
        `-httpListenAddr=127.0.0.1:${storePort}`,
        `-promscrape.config=${store.dir}/scrape.yml`,
        '-search.latencyOffset=1ms',
        '-dedup.minScrapeInterval=1ms',
        '-inmemoryDataFlushInterval=1s',
      ],
      `${this.store}/health`,
    );
    evaluator.file('rules.yml', this.rules());
    await evaluator.start(
      [
        await tool('victoria-metrics', 'vmalert'),
        `-rule=${evaluator.dir}/rules.yml`,
        `-evaluationInterval=${INTERVAL}`,
        `-datasource.url=${this.store}`,
        // Otherwise it asks for what was half a minute ago.
        '-rule.evalDelay=0s',
        // What one rule recorded the next one must see: written each two seconds, seen a second later, and on a busy machine
        // later still. Five minutes, the default, would keep an alert up after its series is gone.
        '-datasource.queryStep=30s',
        `-remoteWrite.url=${this.store}`,
        `-remoteRead.url=${this.store}`,
        '-notifier.blackhole',
        ...Object.entries(this.props.labels ?? {}).map(([name, value]) => `-external.label=${name}=${value}`),
        `-httpListenAddr=127.0.0.1:${evaluatorPort}`,
      ],
      `${this.evaluator}/health`,
    );
  }

  private program(): LoopbackProgram {
    const program = new LoopbackProgram();
    this.programs.push(program);
    return program;
  }

  private jobs(): object[] {
    const { cluster, synthesis, labels = {}, scrape = {} } = this.props;
    return scrapeJobs(synthesis.platform.graph)
      .filter((job) => this.isRunning(job))
      .map(({ name, namespace = '', endpoint }) => {
        const service = endpoint.via === 'headless' ? `${endpoint.owner.id}-headless` : endpoint.owner.id;
        const { host, port } = cluster.address(`${namespace}/${service}`, endpoint.port);
        // Of several replicas the Service answers with one or another: tests start one of each.
        const pod = `${endpoint.owner.id}-0`;
        return {
          job_name: name,
          metrics_path: endpoint.path,
          ...(endpoint.tls ? { scheme: 'https', tls_config: { insecure_skip_verify: true } } : {}),
          ...(endpoint.scrape.aboutOthers === true ? { honor_labels: true } : {}),
          ...scrape[name],
          static_configs: [
            {
              targets: [`${host}:${port}`],
              labels: { ...labels, namespace, pod, instance: pod },
            },
          ],
        };
      });
  }

  private isRunning({ endpoint }: ScrapeJob): boolean {
    return this.props.cluster.plan.pods.some(({ workload }) => workload === endpoint.owner.id);
  }

  /** The rendered rules, at once where they would wait. */
  private rules(): string {
    const { synthesis, rules } = this.props;
    const text = synthesis.files.get(rules);
    if (text === undefined) throw new Error(`${synthesis.environment} has no ${rules}`);
    const { groups } = parse(text) as { groups: { rules: Record<string, unknown>[] }[] };
    return stringify({
      groups: groups.map((group) => ({
        ...group,
        interval: INTERVAL,
        rules: group.rules.map((rule) => ('alert' in rule ? { ...rule, for: '0s' } : rule)),
      })),
    });
  }
}

function has(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}
