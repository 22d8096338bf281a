/**
 * What the host's process and the node's process say to each other over their IPC channel (structured clones). The host
 * calls and the node answers; in between the node reports events.
 */
import type { ClusterPlan, PodPlan } from '../cluster-plan';

export interface NodeOptions {
  readonly plan: ClusterPlan;
  /** A private folder of the cluster; claims, scratch folders and logs lie in it. */
  readonly dir: string;
  /** Absolute paths. */
  readonly bwrap: string;
  readonly nft: string;
  /** Process id of the host's process and a number of the cluster within it; marks the cluster's control groups. */
  readonly owner: string;
  readonly enforceLimits: boolean;
}

export interface Exit {
  /** 128 + signal number when a signal ended it, as a shell says it. */
  readonly code: number;
  /** Why it ended when the program itself does not tell: not to be started, a failed liveness probe. */
  readonly reason: string | undefined;
}

export interface ContainerStatus {
  readonly name: string;
  readonly init: boolean;
  readonly state: 'waiting' | 'running' | 'ended';
  /** Within the node's PID namespace until the host translates it. */
  readonly pid: number | undefined;
  readonly ready: boolean;
  readonly restarts: number;
  readonly lastExit: Exit | undefined;
  /** What the last failed probe said, while it fails. */
  readonly probeMessage: string | undefined;
  /** The newest last. */
  readonly lastLines: readonly string[];
}

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Held' | 'Stopping' | 'Stopped';

export interface PodStatus {
  readonly namespace: string;
  readonly name: string;
  readonly workload: string;
  readonly kind: PodPlan['kind'];
  readonly phase: Phase;
  readonly ready: boolean;
  readonly restarts: number;
  readonly address: string;
  /** Ports that Services send to it. */
  readonly ports: readonly number[];
  readonly containers: readonly ContainerStatus[];
}

export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A rule of the firewall that counts, with what it says. */
export interface RuleCounter {
  readonly chain: string;
  readonly rule: string;
  readonly packets: number;
  readonly bytes: number;
}

/** Pod, container and signal names are the manifests'; a target is a pod or a workload, `name` or `namespace/name`. */
export interface NodeCalls {
  start: { input: NodeOptions; output: null };
  status: { input: null; output: readonly PodStatus[] };
  kill: { input: { target: string; signal: NodeJS.Signals }; output: null };
  hold: { input: { target: string }; output: null };
  release: { input: { target: string }; output: null };
  restart: { input: { target: string }; output: null };
  isolate: { input: { pod: string; isolated: boolean }; output: null };
  exec: {
    input: {
      pod: string;
      container: string | undefined;
      argv: readonly [string, ...string[]];
      input: string | undefined;
      timeoutMs: number;
    };
    output: ExecResult;
  };
  /** Whether the lines that its containers print are reported as events. */
  follow: { input: { target: string; followed: boolean }; output: null };
  counters: { input: null; output: readonly RuleCounter[] };
  /** A listening socket comes with the message. */
  relay: { input: { namespace: string; service: string; port: number }; output: null };
  /** What is not kept of the written folders is removed. */
  stop: { input: { limitMs: number; keep: readonly ('claims' | 'logs')[] }; output: null };
}

export type CallName = keyof NodeCalls;

export type HostMessage = {
  [Name in CallName]: { readonly id: number; readonly call: Name; readonly input: NodeCalls[Name]['input'] };
}[CallName];

export type NodeEvent =
  | { readonly event: 'pod'; readonly pod: string; readonly what: string }
  | { readonly event: 'line'; readonly pod: string; readonly container: string; readonly line: string }
  | { readonly event: 'notice'; readonly text: string };

export type NodeMessage =
  | { readonly answer: number; readonly output: unknown }
  | { readonly answer: number; readonly error: string }
  | NodeEvent;
