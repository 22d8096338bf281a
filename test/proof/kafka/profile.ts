/**
 * A whole Kafka of our rendering on this machine, with three brokers, and with its three ZooKeepers where it has them.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaUser } from '../../../constructs/buffer/kafka-buffer';
import { KAFKA_DIRS } from '../../../constructs/buffer/kafka-config';
import { clientJaas } from '../../../constructs/buffer/kafka-access';
import { JMX_DIRS } from '../../../constructs/buffer/jmx-exporter';
import type { StatefulKafka } from '../../../constructs/buffer/stateful-kafka';
import type { Zookeeper } from '../../../constructs/buffer/zookeeper';
import { ZOOKEEPER_DIRS } from '../../../constructs/buffer/zookeeper-config';
import type { Component } from '../../../constructs/core/component';
import { object } from '../../constructs/buffer/sample';
import { issue, makeAuthority } from './certificates';
import { LoopbackPods } from './loopback-pods';
import { runToEnd, type Outcome } from './run-to-end';

export interface ProfileTools {
  /** Folders of the tools. */
  readonly kafka: string;
  readonly zookeeper?: string;
  /** The JMX exporter's jar. */
  readonly jmx: string;
}

interface Container {
  readonly command: string[];
  readonly args?: string[];
  readonly env: { readonly name: string; readonly value?: string }[];
  readonly readinessProbe: { readonly exec?: { readonly command: string[] } };
}

interface PodTemplate {
  readonly containers: [Container];
  readonly initContainers?: (Container & { readonly name: string })[];
}

const SMALL_HEAP = '-Xmx320m';

export class KafkaProfile {
  public readonly pods = new LoopbackPods();
  private readonly authority = join(this.pods.dir, 'authority');

  public constructor(
    private readonly tools: ProfileTools,
    private readonly kafka: StatefulKafka,
    private readonly zookeeper: Zookeeper | undefined,
    private readonly users: readonly KafkaUser[],
  ) {
    makeAuthority(this.authority);
    for (const component of [zookeeper, kafka]) if (component !== undefined) this.prepare(component);
  }

  public async start(): Promise<void> {
    const { zookeeper, kafka } = this;
    if (zookeeper !== undefined) {
      for (const pod of podsOf(zookeeper)) this.startZookeeper(pod);
      for (const pod of podsOf(zookeeper)) await this.pods.until(pod, () => this.hasQuorum(pod));
    }
    const format = templateOf(kafka).initContainers?.find(({ name }) => name === 'format');
    if (format !== undefined) {
      await Promise.all(
        podsOf(kafka).map(async (pod) => {
          const { code, output } = await this.tool('kafka-storage.sh', format.args ?? [], pod);
          if (code !== 0) throw new Error(`format failed: ${output}`);
        }),
      );
    }
    for (const pod of podsOf(kafka)) this.startBroker(pod);
    for (const pod of podsOf(kafka)) await this.untilStarted(pod);
  }

  /** A file as a pod of the brokers sees it; its folders and addresses are rewritten like those of the others. */
  public write(pod: string, path: string, text: string): void {
    this.pods.write(pod, path, this.localise(pod, text));
  }

  /** Gives a pod beside the rendered ones the brokers' certificate and log-ins. */
  public addPod(pod: string, names: readonly string[], commonName: string): void {
    this.pods.add(pod, names);
    const pem = issue(
      this.authority,
      commonName,
      names.map((name) => `DNS:${name}`),
    );
    this.pods.write(pod, `${KAFKA_DIRS.tls}/tls-combined.pem`, pem);
    this.pods.write(pod, `${KAFKA_DIRS.tls}/ca.crt`, readFileSync(join(this.authority, 'ca.crt'), 'utf8'));
  }

  public startBroker(pod: string): void {
    const [container] = templateOf(this.kafka).containers;
    this.pods.start(pod, {
      program: join(this.tools.kafka, 'bin', 'kafka-server-start.sh'),
      args: (container.args ?? []).map((arg) => this.localise(pod, arg)),
      env: this.environment(pod, container, ['KAFKA_LOG4J_OPTS', 'KAFKA_OPTS']),
    });
  }

  public async untilStarted(pod: string): Promise<void> {
    await this.pods.until(pod, () => /Kafka ?Server.* started/.test(this.pods.log(pod)));
  }

  /** By the readiness probe's own command. */
  public hasQuorum(pod: string): boolean {
    const { exec } = templateOf(this.zookeeper ?? this.kafka).containers[0].readinessProbe;
    const [program = '', ...args] = exec?.command ?? [];
    return (
      spawnSync(
        program,
        args.map((arg) => this.localise(pod, arg)),
      ).status === 0
    );
  }

  public async admin(action: string): Promise<Outcome> {
    const [pod = ''] = podsOf(this.kafka);
    return runToEnd('/bin/bash', [this.pods.path(pod, `${KAFKA_DIRS.config}/kafka-admin.sh`), action], {
      cwd: this.pods.dir,
      env: { ...this.clientEnvironment(pod), KAFKA_BOOTSTRAP: this.bootstrap },
    });
  }

  /** How the verifiable clients of this version take a file with settings. */
  public configFlag(client: 'producer' | 'consumer'): string {
    return this.zookeeper === undefined ? '--command-config' : `--${client}.config`;
  }

  public get bootstrap(): string {
    return this.kafka.monitoring.hostPort;
  }

  public async tool(
    name: string,
    args: readonly string[],
    pod: string = podsOf(this.kafka)[0] ?? '',
  ): Promise<Outcome> {
    return runToEnd(
      join(this.tools.kafka, 'bin', name),
      args.map((arg) => this.localise(pod, arg)),
      { cwd: this.pods.dir, env: this.clientEnvironment(pod) },
    );
  }

  /** One of Kafka's own classes, as a client. */
  public async client(
    mainClass: string,
    args: readonly string[],
    enough: (output: string) => boolean,
  ): Promise<Outcome> {
    const [pod = ''] = podsOf(this.kafka);
    const libraries = join(this.tools.kafka, 'libs', '*');
    return runToEnd(
      'java',
      ['-XX:TieredStopAtLevel=1', '-Xmx192m', this.javaOptions, '-cp', libraries, mainClass, ...args],
      { cwd: this.pods.dir, env: this.clientEnvironment(pod), enough },
    );
  }

  /** File with a user's log-in, the administrator's but for the name. */
  public login(user: KafkaUser, more: readonly string[] = []): string {
    const [pod = ''] = podsOf(this.kafka);
    const admin = this.kafka.configs
      .flatMap(({ files }) => files)
      .find(({ name }) => name === 'admin.properties');
    const text = (admin?.text ?? '').replace(
      /^sasl\.jaas\.config=.*$/m,
      () => `sasl.jaas.config=${clientJaas(user, KAFKA_DIRS.passwords)}`,
    );
    const path = `${KAFKA_DIRS.config}/${user.name}.properties`;
    this.pods.write(pod, path, this.localise(pod, text) + more.map((line) => `${line}\n`).join(''));
    return this.pods.path(pod, path);
  }

  private prepare(component: Component): void {
    const headless = component.serviceHost(`${component.node.id}-headless`);
    const certificate = this.certificateOf(component);
    for (const pod of podsOf(component)) {
      this.pods.add(pod, [`${pod}.${headless}`, headless, component.serviceHost(component.node.id)]);
      this.pods.write(pod, `${KAFKA_DIRS.tls}/tls-combined.pem`, certificate.pem);
      this.pods.write(pod, `${KAFKA_DIRS.tls}/ca.crt`, certificate.ca);
      for (const { password } of this.users) {
        this.pods.write(pod, `${KAFKA_DIRS.passwords}/${password.name}`, `word4${password.name}`);
      }
      for (const { configMapName, files } of component.configs) {
        const folder = configMapName.endsWith('-jmx')
          ? JMX_DIRS.config
          : configFolder(component, this.zookeeper);
        for (const { name, text } of files)
          this.pods.write(pod, `${folder}/${name}`, this.localise(pod, text));
      }
    }
  }

  private certificateOf(component: Component): { readonly pem: string; readonly ca: string } {
    const name = `${component.node.id}-${component === this.zookeeper ? 'servers' : 'brokers'}`;
    const { commonName, dnsNames } = object(component, 'Certificate', name).spec as {
      commonName: string;
      dnsNames: string[];
    };
    const pem = issue(
      this.authority,
      commonName,
      dnsNames.map((dns) => `DNS:${dns}`),
    );
    return { pem, ca: readFileSync(join(this.authority, 'ca.crt'), 'utf8') };
  }

  private startZookeeper(pod: string): void {
    const { zookeeper } = this;
    if (zookeeper === undefined) return;
    const template = templateOf(zookeeper);
    const [container] = template.containers;
    const data = this.pods.path(pod, ZOOKEEPER_DIRS.data);
    mkdirSync(data, { recursive: true });
    const [init] = template.initContainers ?? [];
    const [program = '', ...args] = init?.command ?? [];
    const index = pod.slice(pod.lastIndexOf('-') + 1);
    spawnSync(
      program,
      args.map((arg) => this.localise(pod, arg)),
      {
        env: { PATH: process.env.PATH, POD_INDEX: index },
      },
    );
    const environment = this.environment(pod, container, ['SERVER_JVMFLAGS']);
    const logback = this.pods.path(pod, `${ZOOKEEPER_DIRS.config}/logback.xml`);
    this.pods.start(pod, {
      program: join(this.tools.zookeeper ?? '', 'bin', 'zookeeper-server-start.sh'),
      args: [this.pods.path(pod, `${ZOOKEEPER_DIRS.config}/zoo.cfg`)],
      env: {
        ...environment,
        KAFKA_HEAP_OPTS: '-Xmx128m',
        KAFKA_LOG4J_OPTS: `${environment.KAFKA_LOG4J_OPTS ?? ''} -Dlogback.configurationFile=${logback}`,
      },
    });
  }

  /** What the start scripts of the images make of the container's variables; ours take one with all options. */
  private environment(pod: string, container: Container, options: readonly string[]): Record<string, string> {
    const given = options.map((option) => container.env.find(({ name }) => name === option)?.value ?? '');
    return {
      NODE_ID: pod.slice(pod.lastIndexOf('-') + 1),
      POD_NAME: pod,
      KAFKA_HEAP_OPTS: SMALL_HEAP,
      KAFKA_LOG4J_OPTS: [...given.map((text) => this.localise(pod, text)), this.javaOptions].join(' '),
    };
  }

  private clientEnvironment(pod: string): NodeJS.ProcessEnv {
    const { PATH, HOME, JAVA_HOME } = process.env;
    return {
      PATH,
      HOME,
      JAVA_HOME,
      NODE_ID: pod.slice(pod.lastIndexOf('-') + 1),
      POD_NAME: pod,
      KAFKA_HEAP_OPTS: '-Xmx192m',
      KAFKA_LOG4J_OPTS: this.javaOptions,
    };
  }

  private get javaOptions(): string {
    return `-Djdk.net.hosts.file=${this.pods.hosts}`;
  }

  private localise(pod: string, text: string): string {
    const address = this.pods.address(pod);
    const folders = [...Object.values(KAFKA_DIRS), ...Object.values(ZOOKEEPER_DIRS), JMX_DIRS.config];
    let local = text.replaceAll(`${JMX_DIRS.agent}/jmx_prometheus_javaagent.jar`, this.tools.jmx);
    for (const folder of new Set(folders)) {
      local = local.replaceAll(
        new RegExp(`(?<![\\w-])${folder}(?![\\w-])`, 'g'),
        this.pods.path(pod, folder),
      );
    }
    return local
      .replaceAll('/opt/kafka/bin', join(this.tools.kafka, 'bin'))
      .replaceAll('=9404:', `=${address}:9404:`)
      .replaceAll('://:', `://${address}:`)
      .replaceAll('127.0.0.1', address)
      .replace(/^secureClientPort=/m, `secureClientPortAddress=${address}\n$&`)
      .replace(/^metricsProvider\.httpPort=/m, `metricsProvider.httpHost=${address}\n$&`);
  }
}

/** As the StatefulSet names them. */
export function podsOf(component: Component): string[] {
  const { replicas } = object(component, 'StatefulSet', component.node.id).spec as { replicas: number };
  return Array.from({ length: replicas }, (_, index) => `${component.node.id}-${index}`);
}

function templateOf(component: Component): PodTemplate {
  const { spec } = object(component, 'StatefulSet', component.node.id) as unknown as {
    spec: { template: { spec: PodTemplate } };
  };
  return spec.template.spec;
}

function configFolder(component: Component, zookeeper: Component | undefined): string {
  return component === zookeeper ? ZOOKEEPER_DIRS.config : KAFKA_DIRS.config;
}
