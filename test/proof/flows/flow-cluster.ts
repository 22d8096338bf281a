/** What the flows need of a running environment; `LoopbackCluster` has all of it but the secrets. */
export interface FlowCluster {
  /** Where this machine reaches a Service. */
  address(service: string, port: number): { readonly host: string; readonly port: number };
  /** Value of a name in the environment's secret store. */
  secret(name: string): string;
  /** Killed with -9, and kept away until `release`. */
  hold(workload: string): Promise<void>;
  release(workload: string): Promise<void>;
  /** @throws Error when the time is over, with what is missing */
  whenReady(options: { readonly workloads?: readonly string[]; readonly timeoutMs: number }): Promise<void>;
  /** In the first container of the pod. */
  exec(
    pod: string,
    argv: readonly [string, ...string[]],
    options?: { readonly timeoutMs?: number },
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
}
