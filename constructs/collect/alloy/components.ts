/**
 * The components of Alloy that are in use, each with the arguments it takes and the exports it gives, as values: what
 * one component forwards to is another's export, so that forwarding to nothing, or to targets, does not compile.
 * Source: the `Arguments` and `Exports` of each component at the catalogue's version.
 */
import type { Duration } from 'cdk8s';
import { printAlloy } from './print';
import { Ref, type Block, type Exported, type Expression, type Value } from './syntax';

/** At least one. */
export type Receivers = readonly [Ref<'LogsReceiver'>, ...Ref<'LogsReceiver'>[]];

export interface Logging {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly format: 'logfmt' | 'json';
}

export interface KubernetesDiscovery {
  readonly role: 'pod';
  readonly selectors?: readonly { readonly role: 'pod'; readonly field: string | Expression }[];
}

export interface RelabelRule {
  readonly sourceLabels?: readonly string[];
  /** @default Alloy's: all there is */
  readonly regex?: string;
  readonly targetLabel?: string;
  readonly action?: 'replace' | 'keep' | 'drop' | 'labeldrop' | 'labelkeep';
}

export interface LokiEndpoint {
  readonly url: string;
  readonly batchSize: string;
  readonly batchWait: Duration;
  readonly minBackoff: Duration;
  readonly maxBackoff: Duration;
  /** 0: for ever. */
  readonly maxRetries: number;
}

/** A step that each line goes through; `loki.process` runs them in order. */
export type Stage =
  | { readonly kind: 'json'; readonly expressions: Readonly<Record<string, string>> }
  /** Label → the extracted value that it takes; empty: the one of the label's name. */
  | { readonly kind: 'labels'; readonly values: Readonly<Record<string, string>> }
  /** The same; a label that it names is one no longer. */
  | { readonly kind: 'structured_metadata'; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'label_keep'; readonly values: readonly string[] }
  | { readonly kind: 'label_drop'; readonly values: readonly string[] }
  /** What is above the rate waits. */
  | { readonly kind: 'limit'; readonly rate: number; readonly burst: number }
  /** What is above the rate is dropped, counted for each value of the label; Alloy cannot let it wait. */
  | {
      readonly kind: 'limit';
      readonly rate: number;
      readonly burst: number;
      readonly byLabel: string;
      readonly drop: true;
    };

/** A file: its methods add a block each, and give the exports of the component. */
export class AlloyFile {
  private readonly blocks: Block[] = [];

  public get text(): string {
    return printAlloy(this.blocks);
  }

  public logging({ level, format }: Logging): void {
    this.blocks.push({ name: 'logging', attributes: { level, format } });
  }

  public discoveryKubernetes(label: string, args: KubernetesDiscovery): { targets: Ref<'Targets'> } {
    const { role, selectors = [] } = args;
    return {
      targets: this.component(
        {
          name: 'discovery.kubernetes',
          label,
          attributes: { role },
          blocks: selectors.map(({ role, field }) => ({ name: 'selectors', attributes: { role, field } })),
        },
        'targets',
      ),
    };
  }

  public discoveryRelabel(
    label: string,
    args: { readonly targets: Ref<'Targets'>; readonly rules: readonly RelabelRule[] },
  ): { output: Ref<'Targets'> } {
    const { targets, rules } = args;
    return {
      output: this.component(
        { name: 'discovery.relabel', label, attributes: { targets }, blocks: rules.map(ruleBlock) },
        'output',
      ),
    };
  }

  public lokiSourceKubernetes(
    label: string,
    args: { readonly targets: Ref<'Targets'>; readonly forwardTo: Receivers },
  ): void {
    const { targets, forwardTo } = args;
    this.blocks.push({
      name: 'loki.source.kubernetes',
      label,
      attributes: { targets, forward_to: forwardTo },
    });
  }

  public lokiProcess(
    label: string,
    args: { readonly forwardTo: Receivers; readonly stages: readonly Stage[] },
  ): { receiver: Ref<'LogsReceiver'> } {
    const { forwardTo, stages } = args;
    return {
      receiver: this.component(
        {
          name: 'loki.process',
          label,
          attributes: { forward_to: forwardTo },
          blocks: stages.map(stageBlock),
        },
        'receiver',
      ),
    };
  }

  public lokiWrite(
    label: string,
    args: { readonly endpoint: LokiEndpoint; readonly externalLabels: Readonly<Record<string, string>> },
  ): { receiver: Ref<'LogsReceiver'> } {
    const { endpoint, externalLabels } = args;
    return {
      receiver: this.component(
        {
          name: 'loki.write',
          label,
          attributes: { external_labels: externalLabels },
          blocks: [{ name: 'endpoint', attributes: endpointAttributes(endpoint) }],
        },
        'receiver',
      ),
    };
  }

  private component<K extends Exported>(block: Block & { readonly label: string }, field: string): Ref<K> {
    this.blocks.push(block);
    return new Ref<K>(`${block.name}.${block.label}`, field);
  }
}

function ruleBlock({ sourceLabels, regex, targetLabel, action }: RelabelRule): Block {
  return {
    name: 'rule',
    attributes: { source_labels: sourceLabels, regex, target_label: targetLabel, action },
  };
}

function endpointAttributes(endpoint: LokiEndpoint): Readonly<Record<string, Value>> {
  return {
    url: endpoint.url,
    batch_size: endpoint.batchSize,
    batch_wait: endpoint.batchWait,
    min_backoff_period: endpoint.minBackoff,
    max_backoff_period: endpoint.maxBackoff,
    max_backoff_retries: endpoint.maxRetries,
  };
}

function stageBlock(stage: Stage): Block {
  const name = `stage.${stage.kind}`;
  switch (stage.kind) {
    case 'json':
      return { name, attributes: { expressions: stage.expressions } };
    case 'limit':
      return {
        name,
        attributes: {
          rate: stage.rate,
          burst: stage.burst,
          ...('byLabel' in stage ? { by_label_name: stage.byLabel, drop: stage.drop } : {}),
        },
      };
    default:
      return { name, attributes: { values: stage.values } };
  }
}
