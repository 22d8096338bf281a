/**
 * One figure of a design document (a port, a replica count, a size, a retention, a label), and where it stands in what is
 * synthesised. The rows of a system are a file beside this one; `documented-figures.test.ts` runs them all.
 */
import { parsedManifests, synthesisOf } from '../../environments';

export interface Figure {
  /** As the document calls it, e.g. `vmstorage`. */
  readonly component: string;
  /** What of it, e.g. `replicas`. Together with component and environment unique. */
  readonly figure: string;
  /** The document and its section or table, e.g. `002, Component-Level HA`. */
  readonly cite: string;
  /** The environment that is read, e.g. `hub-infra`. */
  readonly environment: string;
  readonly read: (environment: SynthesisedEnvironment) => unknown;
  readonly expected: unknown;
}

/** The objects of one environment, as a cluster would get them. */
export class SynthesisedEnvironment {
  private readonly objects: readonly Record<string, unknown>[];

  public constructor(private readonly name: string) {
    this.objects = parsedManifests(name);
  }

  /** @throws Error when there is not exactly one; give the namespace where two have the same name */
  public object(kind: string, name: string, namespace?: string): Record<string, unknown> {
    const found = this.objects.filter(
      (object) =>
        object.kind === kind &&
        at(object, 'metadata', 'name') === name &&
        (namespace === undefined || at(object, 'metadata', 'namespace') === namespace),
    );
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    throw new Error(`${this.name}: ${found.length} objects ${kind} ${namespace ?? '*'}/${name}, not one`);
  }

  /** All of a kind. */
  public all(kind: string): readonly Record<string, unknown>[] {
    return this.objects.filter((object) => object.kind === kind);
  }

  /** @param path below the environment's folder, e.g. `config/loki/loki.yaml` */
  public file(path: string): string {
    const text = synthesisOf(this.name).files.get(path);
    if (text === undefined) throw new Error(`${this.name}: no file ${path}`);
    return text;
  }

  /** A value that was computed, with what from, as `hyperion explain` says it. */
  public derived(component: string, what: string): { value: string; from: string } {
    const found = synthesisOf(this.name).platform.derivations.find(
      (derivation) => derivation.component === component && derivation.what === what,
    );
    if (found === undefined) throw new Error(`${this.name}: ${component} derives no ${what}`);
    return { value: found.value, from: found.from };
  }

  /** Port numbers of a Service, by name. */
  public servicePorts(name: string): Record<string, unknown> {
    return byName(at(this.object('Service', name), 'spec', 'ports'), 'port');
  }

  /** The container of a workload; @default the first */
  public container(kind: string, workload: string, name?: string): Record<string, unknown> {
    const containers = list(at(this.object(kind, workload), 'spec', 'template', 'spec', 'containers'));
    const found = name === undefined ? containers[0] : containers.find((one) => one.name === name);
    if (found === undefined) throw new Error(`${this.name}: ${workload} has no container ${name ?? ''}`);
    return found;
  }

  /** Port numbers of a workload's container, by name. */
  public containerPorts(kind: string, workload: string, name?: string): Record<string, unknown> {
    return byName(this.container(kind, workload, name).ports, 'containerPort');
  }

  /** What a volume claim of a StatefulSet asks for, e.g. `100Gi`. */
  public claim(statefulSet: string, name: string): { size: unknown; storageClass: unknown } {
    const templates = list(at(this.object('StatefulSet', statefulSet), 'spec', 'volumeClaimTemplates'));
    const template = templates.find((one) => at(one, 'metadata', 'name') === name);
    if (template === undefined) throw new Error(`${this.name}: ${statefulSet} claims no ${name}`);
    return {
      size: at(template, 'spec', 'resources', 'requests', 'storage'),
      storageClass: at(template, 'spec', 'storageClassName'),
    };
  }

  /** Values of a flag of a container, in order: `-name=value` or `--name=value`. */
  public flags(kind: string, workload: string, flag: string, container?: string): string[] {
    const { args, command } = this.container(kind, workload, container);
    return [...list<string>(command), ...list<string>(args)].flatMap((text) => {
      const [, name, value] = /^--?([^=]+)=(.*)$/s.exec(text) ?? [];
      return name === flag && value !== undefined ? [value] : [];
    });
  }
}

/** A value deep in an object; undefined where the way ends. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Readonly<Record<string | number, unknown>>)[step]
        : undefined,
    value,
  );
}

function list<T = Record<string, unknown>>(value: unknown): T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}

function byName(ports: unknown, number: string): Record<string, unknown> {
  return Object.fromEntries(list(ports).map((port) => [String(port.name), port[number]]));
}
