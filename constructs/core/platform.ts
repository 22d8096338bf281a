/**
 * The root of one environment: what every component of it shares (flow graph, problems, cloud references).
 * `complete.ts` derives from it what needs the whole graph.
 */
import { App, type Duration } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import type { Component } from './component';
import { ConfigError, type Problem } from './config-error';
import { FlowGraph } from './flow-graph';
import type { SecretStore } from './secrets';

export type Tier = 'dev' | 'prod';

export interface PlatformProps {
  /** Name of the environment, e.g. `hyperion-prod`. */
  readonly environment: string;
  /** Name of the system that it is an instance of, e.g. `hyperion`. */
  readonly system: string;
  readonly tier: Tier;
  /** Availability zones of the cluster, at least 1. */
  readonly zones: number;
  /**
   * Nodes of the cluster, at the most: each runs every node agent, which quotas have to hold.
   * @default unknown: no node agents
   */
  readonly nodes?: number;
  /** Where secrets come from. */
  readonly secretStore: SecretStore;
  /** How long any one store or processor may be away before acknowledged data is at risk: an operator's decision. */
  readonly survivesOutage: Duration;
  /**
   * Domain under which Services are named.
   * @default 'cluster.local': what AKS and EKS use
   */
  readonly clusterDomain?: string;
  /**
   * Folder of the alerts' pages (`docs/runbooks` of this repository), as whoever is woken opens it in a browser.
   * @default the samples' repository, `https://git.example.com/hyperion/docs/runbooks`
   */
  readonly runbooks?: string;
  /**
   * Names of the components that other teams than the platform's own answer for, by team: their alerts are theirs.
   * @default none
   */
  readonly owners?: Readonly<Record<string, readonly string[]>>;
}

/** A value that was computed, for `hyperion explain`. */
export interface Derivation {
  readonly component: string;
  readonly what: string;
  readonly value: string;
  readonly from: string;
}

/** What one component evaluates, as the layer `alert` says it (`alert/rules.ts`): all that the review shows of it. */
export interface EvaluatedRules {
  /** Name of the component. */
  readonly evaluator: string;
  readonly groups: readonly EvaluatedGroup[];
}

export interface EvaluatedGroup {
  readonly name: string;
  readonly rules: readonly (EvaluatedAlert | { readonly record: string; readonly expr: string })[];
}

export interface EvaluatedAlert {
  readonly alert: string;
  readonly expr: string;
  readonly holds: Duration;
  readonly severity: string;
  readonly about: string;
  /** Whose it is; several where it can be about components of several. */
  readonly teams: readonly string[];
  readonly component: string;
  /** Scrape jobs that it can be about; undefined where `component` names the only one. */
  readonly jobs?: readonly string[];
  readonly summary: string;
  readonly description: string;
  /** URL of its page. */
  readonly runbook: string;
}

const RUNBOOKS = 'https://git.example.com/hyperion/docs/runbooks';

export class Platform extends App {
  public static override of(scope: IConstruct): Platform {
    const root = scope.node.root;
    if (root instanceof Platform) return root;
    throw new Error(
      `${scope.node.path}: not inside a Platform; create one with new Platform({ … }) and use it as scope`,
    );
  }

  public readonly environment: string;
  public readonly system: string;
  public readonly tier: Tier;
  public readonly zones: number;
  public readonly nodes: number | undefined;
  public readonly secretStore: SecretStore;
  public readonly survivesOutage: Duration;
  public readonly clusterDomain: string;
  /** Without a slash at its end. */
  public readonly runbooks: string;
  public readonly owners: Readonly<Record<string, readonly string[]>>;
  public readonly graph = new FlowGraph();
  public readonly components: Component[] = [];
  public readonly derivations: Derivation[] = [];
  /** Description of each value that the cloud hands over later, by name. */
  public readonly cloudRefs = new Map<string, string>();
  /** Alerts and recorded series, by who evaluates them. Complete when the derivers have run. */
  public readonly evaluatedRules: EvaluatedRules[] = [];
  private readonly problems: Problem[] = [];
  private readonly derivers: (() => void)[] = [];

  public constructor(props: PlatformProps) {
    super();
    this.environment = props.environment;
    this.system = props.system;
    this.tier = props.tier;
    this.zones = props.zones;
    this.nodes = props.nodes;
    this.secretStore = props.secretStore;
    this.survivesOutage = props.survivesOutage;
    this.clusterDomain = props.clusterDomain ?? 'cluster.local';
    this.owners = props.owners ?? {};
    this.runbooks = props.runbooks ?? RUNBOOKS;
    if (!/^https?:\/\/\S*[^\s/]$/.test(this.runbooks)) {
      this.report('', {
        property: 'runbooks',
        value: this.runbooks,
        rule: 'alerts lead to their pages by an address that a browser opens',
        remedy: `give the folder's whole address, without a slash at its end, e.g. ${RUNBOOKS}`,
      });
    }
  }

  /** Reports a mistake found in `scope`; all of them are thrown together by `finish`. */
  public report(scope: Construct | string, problem: Omit<Problem, 'path'>): void {
    const path = typeof scope === 'string' ? scope : scope.node.path;
    this.problems.push({ path: path === '' ? this.environment : `${this.environment}/${path}`, ...problem });
  }

  /**
   * The name itself, or, when a component or external party has it already, another one and a reported problem: a
   * construct tree refuses namesakes by throwing, which would hide every mistake after it.
   */
  public claimName(name: string): string {
    if (this.node.tryFindChild(name) === undefined) return name;
    this.report(name, {
      property: 'id',
      value: name,
      rule: 'every component and external party of an environment has a name of its own',
      remedy: 'rename one of the two',
    });
    return this.claimName(`${name}-namesake`);
  }

  /** Registers what can only be derived once every component exists. Runs in the order of registration. */
  public whenComplete(derive: () => void): void {
    this.derivers.push(derive);
  }

  /** Runs what `whenComplete` registered, what those register included. */
  public runDerivers(): void {
    for (let next = this.derivers.shift(); next !== undefined; next = this.derivers.shift()) next();
  }

  /** @throws ConfigError with every problem reported so far */
  public throwProblems(): void {
    if (this.problems.length > 0) throw new ConfigError(this.problems);
  }
}
