/**
 * Watches all pods through the API and notes whenever fewer are ready than a disruption budget, or the rolling budget of
 * a workload, promises. It judges every change that the API server tells of, so it cannot miss a moment.
 */
import type { Manifest } from '../../../policies/manifest';
import { fieldsAt, listAt, numberAt, selects, textAt, type Fields } from '../../../stacks/manifest-data';
import type { ApiClient, WatchEvent } from './api-client';
import type { Stream } from './api-transport';
import { nameOf } from './availability';

interface PodPromise {
  readonly by: string;
  readonly namespace: string | undefined;
  readonly selector: Fields;
  /** So many pods are ready at any time. */
  readonly atLeast: number;
}

interface Breach {
  readonly ready: number;
  readonly text: string;
}

interface BudgetWatchProps {
  /** Replicas that are declared next, by the workload's name for a reader; the smaller number is what counts. */
  readonly next?: readonly Manifest[];
  /** Whether workloads keep their rolling budgets too: in a roll-out, not when nodes are drained. */
  readonly rollOuts: boolean;
}

export class BudgetWatch {
  private readonly pods = new Map<string, Manifest>();
  private readonly breaches = new Map<string, Breach>();
  private stream: Stream | undefined;
  private failure: Error | undefined;

  private constructor(private readonly promises: readonly PodPromise[]) {}

  public static async start(api: ApiClient, props: BudgetWatchProps): Promise<BudgetWatch> {
    const [budgets, ...workloads] = await Promise.all([
      api.list('policy/v1', 'PodDisruptionBudget'),
      api.list('apps/v1', 'Deployment'),
      api.list('apps/v1', 'StatefulSet'),
    ]);
    const all = workloads.flat();
    const watch = new BudgetWatch([
      ...budgets.map((budget) => promiseOfBudget(budget, all, props.next ?? [])),
      ...(props.rollOuts ? all.map((workload) => promiseOfWorkload(workload, props.next ?? [])) : []),
    ]);
    let isComplete = false;
    watch.stream = await api.watch(
      'v1',
      'Pod',
      (event) => {
        watch.take(event);
        // Before the whole list is in, pods only seem to be missing.
        if (isComplete) watch.judge(event.object.metadata.namespace);
      },
      (why) => (watch.failure = why),
    );
    isComplete = true;
    for (const namespace of new Set(watch.promises.map((promise) => promise.namespace)))
      watch.judge(namespace);
    return watch;
  }

  /** How many promises are watched: none proves nothing. */
  public get size(): number {
    return this.promises.length;
  }

  /** Each promise that was broken, at its worst moment so far. */
  public get broken(): string[] {
    return [...this.breaches.values()].map(({ text }) => text);
  }

  /**
   * Each promise that was broken, at its worst moment.
   * @throws Error when the API server stopped telling: silence is no proof
   */
  public stop(): string[] {
    this.stream?.close();
    if (this.failure !== undefined) throw this.failure;
    return this.broken;
  }

  private take({ type, object }: WatchEvent): void {
    const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    if (type === 'DELETED') this.pods.delete(key);
    else this.pods.set(key, object);
  }

  private judge(namespace: string | undefined): void {
    const pods = [...this.pods.values()].filter(({ metadata }) => metadata.namespace === namespace);
    for (const { by, selector, atLeast, ...promise } of this.promises) {
      if (promise.namespace !== namespace) continue;
      const selected = pods.filter(({ metadata }) => selects(selector, fieldsAt(metadata, 'labels')));
      const ready = selected.filter(isReady).length;
      if (ready >= atLeast || ready >= (this.breaches.get(by)?.ready ?? Infinity)) continue;
      const others = selected.filter((pod) => !isReady(pod)).map(({ metadata }) => metadata.name);
      const missing = others.length === 0 ? '' : `; not ready: ${others.join(', ')}`;
      this.breaches.set(by, { ready, text: `${by}: ${ready} ready of at least ${atLeast}${missing}` });
    }
  }
}

/** As the disruption controller counts: what is being deleted is not there any more. */
function isReady(pod: Manifest): boolean {
  return (
    pod.metadata.deletionTimestamp === undefined &&
    listAt(pod, 'status', 'conditions').some(
      (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True',
    )
  );
}

function promiseOfBudget(
  budget: Manifest,
  workloads: readonly Manifest[],
  next: readonly Manifest[],
): PodPromise {
  const selector = fieldsAt(budget, 'spec', 'selector');
  const covered = workloads.filter(
    (workload) =>
      workload.metadata.namespace === budget.metadata.namespace &&
      selects(selector, fieldsAt(workload, 'spec', 'template', 'metadata', 'labels')),
  );
  const pods = covered.reduce((sum, workload) => sum + replicasOf(workload, next), 0);
  const spec = fieldsAt(budget, 'spec');
  const atLeast =
    spec.minAvailable === undefined
      ? pods - amount(spec.maxUnavailable, pods)
      : amount(spec.minAvailable, pods);
  return { by: nameOf(budget), namespace: budget.metadata.namespace, selector, atLeast };
}

/** A StatefulSet takes one pod after the other; a Deployment says how many it may miss. */
function promiseOfWorkload(workload: Manifest, next: readonly Manifest[]): PodPromise {
  const pods = replicasOf(workload, next);
  const strategy = fieldsAt(workload, 'spec', 'strategy', 'rollingUpdate');
  const missing = workload.kind === 'StatefulSet' ? 1 : amount(strategy.maxUnavailable, pods);
  return {
    by: nameOf(workload),
    namespace: workload.metadata.namespace,
    selector: fieldsAt(workload, 'spec', 'selector'),
    atLeast: pods - missing,
  };
}

function replicasOf(workload: Manifest, next: readonly Manifest[]): number {
  const successor = next.find((object) => nameOf(object) === nameOf(workload));
  const now = numberAt(workload, 'spec', 'replicas') ?? 1;
  // Without a number it is the autoscaler's, which leaves it as it is.
  return Math.min(now, numberAt(successor, 'spec', 'replicas') ?? now);
}

/** A number, or a share in percent, which Kubernetes rounds up in budgets. */
function amount(value: unknown, of: number): number {
  return typeof value === 'string' && value.endsWith('%')
    ? Math.ceil((Number(value.slice(0, -1)) / 100) * of)
    : Number(value ?? 0);
}
