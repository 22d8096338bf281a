/**
 * One component of a system: the chart that holds its objects, its configuration files and its secrets. Every file
 * under `constructs/<layer>/` extends this class.
 */
import { Chart } from 'cdk8s';
import { ConfigMap } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { ConfigFile } from './config-file';
import type { Problem } from './config-error';
import { Platform } from './platform';
import { ComponentSecrets, type SecretKey, type SecretRef } from './secrets';

/** In data-flow order; also the folders under `constructs/`. */
export const LAYERS = ['secure', 'ingress', 'collect', 'route', 'buffer', 'store', 'view', 'alert'] as const;
export type Layer = (typeof LAYERS)[number];

export interface ComponentProps {
  readonly namespace: string;
}

export interface ComponentInfo {
  readonly layer: Layer;
  /** What it is and does, in one sentence, for `hyperion explain` and the diagram. */
  readonly summary: string;
  /** Whether it keeps telemetry: a store must be written and read by somebody. */
  readonly store?: boolean;
}

/** A configuration file as mounted, kept for `config/<component>/`. */
export interface MountedConfig {
  readonly configMapName: string;
  readonly files: readonly ConfigFile[];
  /** Its files are rendered only when the environment is complete. @default false */
  readonly deferred?: boolean;
}

export abstract class Component extends Chart {
  public readonly platform: Platform;
  public readonly layer: Layer;
  public readonly summary: string;
  public readonly store: boolean;
  public override readonly namespace: string;
  public readonly configs: MountedConfig[] = [];
  private readonly secrets: ComponentSecrets;

  protected constructor(scope: Construct, id: string, props: ComponentProps, info: ComponentInfo) {
    const platform = Platform.of(scope);
    super(scope, platform.claimName(id), {
      namespace: props.namespace,
      disableResourceNameHashes: true,
      labels: {
        'app.kubernetes.io/name': id,
        'app.kubernetes.io/part-of': platform.system,
        'app.kubernetes.io/managed-by': 'hyperion',
      },
    });
    this.platform = platform;
    this.namespace = props.namespace;
    this.layer = info.layer;
    this.summary = info.summary;
    this.store = info.store ?? false;
    platform.components.push(this);
    this.secrets = new ComponentSecrets(this, `${id}-secrets`);
  }

  /**
   * The key under which this component's pods find a secret of the environment's store.
   * @param key what it is called there, where a program looks for a certain name
   */
  public secret(ref: SecretRef, key: string = ref.name): SecretKey {
    return this.secrets.key(ref, key);
  }

  /**
   * A ConfigMap with these files; the same text is written to `config/<component>/` for its own validator.
   * @param labels by which somebody else's program finds it
   */
  public configMap(
    name: string,
    files: readonly ConfigFile[],
    labels: Readonly<Record<string, string>> = {},
  ): MountedConfig {
    new ConfigMap(this, `config-${name}`, {
      metadata: { name, labels: { ...labels } },
      data: Object.fromEntries(files.map((file) => [file.name, file.text])),
    });
    const mounted = { configMapName: name, files };
    this.configs.push(mounted);
    return mounted;
  }

  /**
   * The same for files that need the whole graph (what to scrape, what to watch): rendered when the environment is
   * complete, so that the order in which components are made does not matter.
   */
  public deferredConfigMap(name: string, render: () => readonly ConfigFile[]): MountedConfig {
    const { mounted, fill } = this.emptyConfigMap(name, render, {});
    this.platform.whenComplete(fill);
    return mounted;
  }

  /**
   * The same for files that need the others' deferred ones, too (dashboards: the alerts). Only for what its program reads
   * anew by itself: the files are not in the annotation that restarts a pod, which is made before them.
   * @param labels by which somebody else's program finds it
   */
  public lastConfigMap(
    name: string,
    render: () => readonly ConfigFile[],
    labels: Readonly<Record<string, string>> = {},
  ): MountedConfig {
    const { mounted, fill } = this.emptyConfigMap(name, render, labels);
    this.platform.whenComplete(() => {
      this.platform.whenComplete(fill);
    });
    return mounted;
  }

  private emptyConfigMap(
    name: string,
    render: () => readonly ConfigFile[],
    labels: Readonly<Record<string, string>>,
  ): { readonly mounted: MountedConfig; readonly fill: () => void } {
    const object = new ConfigMap(this, `config-${name}`, { metadata: { name, labels: { ...labels } } });
    const files: ConfigFile[] = [];
    const mounted = { configMapName: name, files, deferred: true };
    this.configs.push(mounted);
    const fill = (): void => {
      for (const file of render()) {
        files.push(file);
        object.addData(file.name, file.text);
      }
    };
    return { mounted, fill };
  }

  /** DNS name of the Service of one of this component's workloads; known before the workload is made. */
  public serviceHost(workload: string): string {
    return `${workload}.${this.namespace}.svc.${this.platform.clusterDomain}`;
  }

  /** DNS names of a StatefulSet's pods, in order; peers have to name each other before any of them is made. */
  public podHosts(workload: string, replicas: number): readonly string[] {
    return Array.from(
      { length: replicas },
      (_, i) => `${workload}-${i}.${this.serviceHost(`${workload}-headless`)}`,
    );
  }

  /** Notes a computed value, so that `hyperion explain` can say where it came from. */
  public derived<T extends string | number>(what: string, value: T, from: string): T {
    this.platform.derivations.push({ component: this.node.id, what, value: String(value), from });
    return value;
  }

  protected problem(problem: Omit<Problem, 'path'>): void {
    this.platform.report(this, problem);
  }
}
