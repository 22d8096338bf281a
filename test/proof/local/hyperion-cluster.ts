/** An environment on the loopback cluster, for proofs: started from its synthesised objects, gone without a trace afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterPlan } from '../../../stacks/local/cluster-plan';
import { planEnvironment, type EnvironmentPlanInputs } from '../../../stacks/local/environment-plan';
import { LoopbackCluster } from '../../../stacks/local/loopback-cluster';
import { listAt, namespacedName, textAt } from '../../../stacks/manifest-data';
import type { Synthesis } from '../../../stacks/synthesis';
import { synthesisOf } from '../../environments';
import { loopback } from '../../tools/loopback';
import type { ToolName } from '../../tools/registry';

/** What stands behind the images of an environment; `proof()` builds it before the tests. */
export const LOCAL_TOOLS = [
  'sandbox',
  'otelcol',
  'loki',
  'kafka',
  'victoria-metrics',
  'alertmanager',
  'postgresql',
  'nginx',
  'azurite',
] as const satisfies readonly ToolName[];

export type Choice = Pick<EnvironmentPlanInputs, 'only' | 'scale' | 'atMost' | 'objects'>;

/** Nobody looks at it any more; how programs stop in order is shown by `local-node.test.ts`. */
const STOP_LIMIT_MS = 2_000;

export interface RunningEnvironment extends Pick<
  LoopbackCluster,
  | 'address'
  | 'exec'
  | 'firewallCounters'
  | 'hold'
  | 'isolate'
  | 'heal'
  | 'kill'
  | 'logs'
  | 'pods'
  | 'release'
  | 'restart'
  | 'volume'
  | 'whenReady'
> {
  readonly plan: ClusterPlan;
  /** Value of a name in the environment's secret store. */
  secret(name: string): string;
  /** Ends it and removes what it wrote. */
  stop(): Promise<void>;
}

export async function startEnvironment(name: string, choice: Choice = {}): Promise<RunningEnvironment> {
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-local-'));
  try {
    const synthesis = synthesisOf(name);
    const { plan, secrets } = planEnvironment({
      ...{ synthesis, programs: loopback.programs, stateFolder: folder, now: new Date() },
      ...choice,
    });
    const cluster = await LoopbackCluster.start({
      plan,
      dir: join(folder, 'cluster'),
      sandbox: await loopback.sandbox(),
    });
    const stop = async (): Promise<void> => {
      try {
        await cluster.stop({ limitMs: STOP_LIMIT_MS });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    };
    return {
      plan,
      stop,
      secret: (key) => storedSecret(synthesis, secrets.secrets, key),
      address: (service, port) => cluster.address(service, port),
      exec: (pod, argv, options) => cluster.exec(pod, argv, options),
      firewallCounters: () => cluster.firewallCounters(),
      hold: (target) => cluster.hold(target),
      isolate: (pod) => cluster.isolate(pod),
      heal: (pod) => cluster.heal(pod),
      kill: (target, signal) => cluster.kill(target, signal),
      logs: (pod, container) => cluster.logs(pod, container),
      pods: () => cluster.pods(),
      release: (target) => cluster.release(target),
      restart: (target) => cluster.restart(target),
      volume: (pod, volume) => cluster.volume(pod, volume),
      whenReady: (options) => cluster.whenReady(options),
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Through the ExternalSecret that reads the name. */
function storedSecret(
  { environment, objects }: Synthesis,
  secrets: ReadonlyMap<string, Readonly<Record<string, string>>>,
  name: string,
): string {
  for (const { object } of objects.filter(({ object: { kind } }) => kind === 'ExternalSecret')) {
    for (const entry of listAt(object, 'spec', 'data')) {
      if (textAt(entry, 'remoteRef', 'key') !== name) continue;
      const target = textAt(object, 'spec', 'target', 'name') ?? object.metadata.name;
      const value = secrets.get(namespacedName(object.metadata.namespace, target))?.[
        textAt(entry, 'secretKey') ?? ''
      ];
      if (value !== undefined) return value;
    }
  }
  throw new Error(`${environment}: no ExternalSecret reads ${name}`);
}
