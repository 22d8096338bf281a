/**
 * What the review page shows, as data: types only, shared by those who gather it (Node) and by the page (browser).
 * Identifiers: a component by its name, a party by its id, an object as `Kind namespace/name`, a connection as
 * `from → party/endpoint` (`connection-ids.ts` keeps them apart), an endpoint as `party/endpoint`: what one port speaks
 * several protocols on is several endpoints under one identifier.
 */
import type { Picture } from './picture/picture';
import type { Changes } from './changes/changes';

export interface ReviewDocument {
  readonly environment: string;
  readonly system: string;
  readonly tier: 'dev' | 'prod';
  /** What it is, in one sentence. */
  readonly describe: string;
  readonly cloud: string;
  /** The day by which life-cycles and exceptions are judged, as `2026-07-31`. */
  readonly asOf: string;
  /** How long any one store or processor may be away, as declared. */
  readonly survivesOutageSeconds: number;
  readonly components: readonly ComponentEntry[];
  readonly externals: readonly ExternalEntry[];
  readonly connections: readonly ConnectionEntry[];
  readonly images: readonly ImageEntry[];
  readonly secrets: readonly SecretEntry[];
  readonly access: readonly AccessEntry[];
  readonly exceptions: readonly ExceptionEntry[];
  readonly findings: readonly FindingEntry[];
  readonly alerts: readonly AlertEntry[];
  readonly dashboards: readonly DashboardEntry[];
  /** Every object as YAML, in start order. */
  readonly objects: readonly ObjectEntry[];
  readonly totals: Totals;
  /** Set where the model is so wrong that nothing could be made of it: there are findings, and nothing else. */
  readonly unmade?: true;
  readonly picture: Picture;
  /** Undefined where there is nothing to compare with. */
  readonly changes?: Changes;
}

export interface ComponentEntry {
  readonly name: string;
  readonly layer: string;
  readonly summary: string;
  readonly namespace: string;
  readonly startsInWave: number;
  readonly workloads: readonly WorkloadEntry[];
  readonly endpoints: readonly EndpointEntry[];
  /** Identifiers of its connections, both ways. */
  readonly connections: readonly string[];
  readonly configs: readonly ConfigEntry[];
  /** Identifiers of its objects. */
  readonly objects: readonly string[];
  /** NetworkPolicies that apply to its pods, as `namespace/name`, and the rules that judged its objects. */
  readonly networkPolicies: readonly string[];
  readonly policies: readonly PolicyEntry[];
  readonly derivations: readonly DerivationEntry[];
  /** Identifiers (`AlertEntry.id`) of the alerts that can be about it. */
  readonly alerts: readonly string[];
}

export interface WorkloadEntry {
  readonly id: string;
  readonly kind: string;
  readonly replicas: number;
  readonly maxReplicas: number;
  readonly images: readonly string[];
  /** Requested by one pod. */
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** Claimed by all its pods together. */
  readonly volumeBytes: number;
}

export interface EndpointEntry {
  readonly id: string;
  readonly party: string;
  readonly protocol: string;
  readonly url: string;
  readonly port: number;
  readonly signals: readonly string[];
  readonly access: string;
  readonly auth: string;
  readonly tls: boolean;
}

export interface ExternalEntry {
  readonly name: string;
  readonly description: string;
  readonly host: string;
  /** How NetworkPolicies name it: address blocks, or pods of a namespace. */
  readonly reach: string;
}

export interface ConnectionEntry {
  readonly id: string;
  readonly from: string;
  readonly fromComponent: string;
  /** Endpoint's identifier. */
  readonly to: string;
  readonly toComponent: string;
  readonly signals: readonly string[];
  readonly protocol: string;
  readonly port: number;
  /** e.g. `bearer (vmauth-grafana-token)`, `none`. */
  readonly auth: string;
  readonly tls: boolean;
  /** e.g. `disk queue of 3 × 10 GiB, pushes back what does not fit`. */
  readonly delivery: string;
  readonly purpose: string;
  readonly load?: { readonly itemsPerSecond?: number; readonly bytesPerSecond: number };
  /** Undefined where no acknowledged data is exposed. */
  readonly guarantee?: GuaranteeEntry;
  /** The NetworkPolicies that it made, as `namespace/name: egress` or `: ingress`. */
  readonly networkPolicies: readonly string[];
}

export interface GuaranteeEntry {
  /** Null where nothing flows in normal operation. */
  readonly survivesSeconds: number | null;
  readonly wantedSeconds: number;
  readonly arithmetic: readonly string[];
}

export interface ConfigEntry {
  readonly configMap: string;
  readonly file: string;
  /** Where containers see it; empty where an operator reads it. */
  readonly mountedAt: readonly string[];
  readonly text: string;
}

export interface PolicyEntry {
  readonly rule: string;
  /** What holds where the rule is kept. */
  readonly asks: string;
  /** How many of the component's objects it judged. */
  readonly judged: number;
  readonly broken: number;
  readonly excepted: number;
}

export interface DerivationEntry {
  readonly what: string;
  readonly value: string;
  readonly from: string;
}

export interface ImageEntry {
  readonly image: string;
  readonly program: string;
  readonly version: string;
  readonly license: string;
  /** Components. */
  readonly usedBy: readonly string[];
  /** `ends soon`: within 90 days. */
  readonly state: 'supported' | 'ends soon' | 'ended, waived' | 'ended';
  /** Null where its makers announced none. */
  readonly endOfLife: string | null;
  readonly successor?: string;
  readonly waiver?: { readonly reason: string; readonly owner: string; readonly expires: string };
}

export interface SecretEntry {
  /** In the environment's store; of what an operator makes in the cluster, `namespace/name` of the Secret. */
  readonly name: string;
  /** Where its value comes from: the environment's store, or e.g. `cert-manager (Issuer kafka-ca)`. */
  readonly store: string;
  /** Components whose pods can read it, with the Kubernetes Secret and key. */
  readonly readers: readonly { readonly component: string; readonly secret: string; readonly key: string }[];
  /** Endpoints that accept it. */
  readonly acceptedBy: readonly string[];
}

/** Who may do what where: one row for each permission of a service account, and for each connection. */
export interface AccessEntry {
  /** A service account as `namespace/name`, a party, or `whoever holds <secret>`. */
  readonly principal: string;
  /** A component, somebody outside, or nothing where it is not known who that is. */
  readonly component: string;
  /** A namespace, `cluster`, `cloud`, `none`; or the component that is reached. */
  readonly scope: string;
  readonly resources: string;
  readonly verbs: readonly string[];
  /** The Role or ClusterRole, or the endpoint with its credential. */
  readonly through: string;
}

export interface ExceptionEntry {
  readonly kind: 'policy' | 'cloud policy' | 'waiver' | 'unsafe override';
  readonly rule: string;
  readonly subject: string;
  readonly reason: string;
  readonly owner: string;
  readonly expires: string | null;
}

export interface FindingEntry {
  readonly source: string;
  readonly path: string;
  readonly property: string;
  readonly value: string;
  readonly rule: string;
  readonly remedy: string;
}

export interface AlertEntry {
  /** Unique: `Alert of component`. */
  readonly id: string;
  readonly alert: string;
  readonly group: string;
  /** A workload, a group of workloads, or a template such as `{{ $labels.job }}`. */
  readonly component: string;
  /** Names of the components that it can be about; empty where it is about none of this environment's. */
  readonly components: readonly string[];
  readonly severity: string;
  /** `down`, `saturated`, `filling`, … */
  readonly about: string;
  /** Whose it is; several where it can be about components of several. */
  readonly teams: readonly string[];
  readonly expr: string;
  readonly forSeconds: number;
  readonly summary: string;
  readonly description: string;
  readonly runbook: string | null;
  readonly evaluatedBy: string;
}

export interface DashboardEntry {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly panels: readonly string[];
  readonly component: string;
}

export interface ObjectEntry {
  readonly id: string;
  readonly component: string;
  readonly wave: number;
  readonly yaml: string;
}

export interface Totals {
  readonly pods: number;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly volumeBytes: number;
  readonly objects: number;
}
