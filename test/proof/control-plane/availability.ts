/** Which workloads of a cluster are not yet as declared, and what the cluster says about why. */
import { formatResource, type Manifest } from '../../../policies/manifest';
import { fieldsAt, listAt, numberAt, selects, textAt } from '../../../stacks/manifest-data';
import type { ApiClient } from './api-client';

interface Unavailable {
  readonly object: Manifest;
  /** In a few words, e.g. `1 of 3 ready`. */
  readonly lack: string;
}

const JUDGES: Readonly<Record<string, (object: Manifest) => string | undefined>> = {
  Deployment: (object) => rollingLack(object, 'availableReplicas'),
  StatefulSet: (object) => rollingLack(object, 'readyReplicas') ?? revisionLack(object),
  DaemonSet: daemonSetLack,
  Job: jobLack,
};
const API_VERSIONS: Readonly<Record<string, string>> = { Job: 'batch/v1' };

/** In the words of a person who looks at the cluster; empty when everything runs as declared and no roll-out is left. */
export async function unavailable(api: ApiClient): Promise<string[]> {
  return (await unavailableWorkloads(api)).map(({ object, lack }) => `${nameOf(object)}: ${lack}`);
}

/** The pods and warnings behind what is unavailable. */
export async function troubles(api: ApiClient): Promise<string[]> {
  const [pods, events, found] = await Promise.all([
    api.list('v1', 'Pod'),
    api.list('v1', 'Event'),
    unavailableWorkloads(api),
  ]);
  return found.flatMap(({ object }) => [
    ...pods.filter((pod) => isOf(pod, object)).flatMap(describePod),
    ...warningsAbout(object, events),
  ]);
}

async function unavailableWorkloads(api: ApiClient): Promise<Unavailable[]> {
  const lists = await Promise.all(
    [...Object.keys(JUDGES), 'HorizontalPodAutoscaler'].map((kind) =>
      api.list(
        kind === 'HorizontalPodAutoscaler' ? 'autoscaling/v2' : (API_VERSIONS[kind] ?? 'apps/v1'),
        kind,
      ),
    ),
  );
  const objects = lists.flat();
  return objects.flatMap((object) => {
    const lack =
      object.kind === 'HorizontalPodAutoscaler' ? scalerLack(object, objects) : JUDGES[object.kind]?.(object);
    return lack === undefined ? [] : [{ object, lack }];
  });
}

function rollingLack(object: Manifest, ready: 'availableReplicas' | 'readyReplicas'): string | undefined {
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  const status = fieldsAt(object, 'status');
  if ((numberAt(status, 'observedGeneration') ?? 0) < (numberAt(object.metadata, 'generation') ?? 0)) {
    return 'its controller has not seen the change';
  }
  const [have, updated, all] = [ready, 'updatedReplicas', 'replicas'].map((f) => numberAt(status, f) ?? 0);
  return have === wanted && updated === wanted && all === wanted
    ? undefined
    : `${have ?? 0} of ${wanted} ready, ${updated ?? 0} updated, ${all ?? 0} in all`;
}

function revisionLack({ status }: Manifest): string | undefined {
  const [current, next] = [textAt(status, 'currentRevision'), textAt(status, 'updateRevision')];
  return current === next ? undefined : `revision ${current ?? '?'} on the way to ${next ?? '?'}`;
}

function daemonSetLack({ metadata, status }: Manifest): string | undefined {
  if ((numberAt(status, 'observedGeneration') ?? 0) < (numberAt(metadata, 'generation') ?? 0)) {
    return 'its controller has not seen the change';
  }
  const wanted = numberAt(status, 'desiredNumberScheduled') ?? 0;
  const have = numberAt(status, 'numberAvailable') ?? 0;
  const updated = numberAt(status, 'updatedNumberScheduled') ?? 0;
  if (wanted === 0) return 'no node takes it';
  return have === wanted && updated === wanted ? undefined : `${have} of ${wanted} nodes ready`;
}

/** A suspended Job waits for an operator. */
function jobLack({ spec, status }: Manifest): string | undefined {
  if (fieldsAt(spec).suspend === true) return undefined;
  const is = (type: string): boolean =>
    listAt(status, 'conditions').some((c) => textAt(c, 'type') === type && textAt(c, 'status') === 'True');
  if (is('Complete')) return undefined;
  return is('Failed') ? 'failed' : 'not complete';
}

/** Autoscalers have no metrics here: they hold their floor. */
function scalerLack(scaler: Manifest, objects: readonly Manifest[]): string | undefined {
  const target = fieldsAt(scaler, 'spec', 'scaleTargetRef');
  const scaled = objects.find(
    ({ kind, metadata }) =>
      kind === target.kind &&
      metadata.name === target.name &&
      metadata.namespace === scaler.metadata.namespace,
  );
  const floor = numberAt(scaler, 'spec', 'minReplicas') ?? 1;
  const replicas = numberAt(scaled, 'spec', 'replicas') ?? 0;
  return replicas >= floor ? undefined : `its target has ${replicas} of at least ${floor} replicas`;
}

function isOf(pod: Manifest, { metadata, spec }: Manifest): boolean {
  const selector = fieldsAt(spec, 'selector');
  return (
    Object.keys(selector).length > 0 &&
    pod.metadata.namespace === metadata.namespace &&
    selects(selector, fieldsAt(pod.metadata, 'labels'))
  );
}

function describePod(pod: Manifest): string[] {
  const conditions = listAt(pod, 'status', 'conditions');
  const isReady = conditions.some((c) => textAt(c, 'type') === 'Ready' && textAt(c, 'status') === 'True');
  if (isReady) return [];
  const reasons = conditions.flatMap((condition) => textAt(condition, 'message') ?? []);
  return [`${nameOf(pod)} (${textAt(pod, 'status', 'phase') ?? '?'}): ${reasons.join('; ')}`];
}

/** Also about what the workload made: its ReplicaSets and pods begin with its name. */
function warningsAbout({ metadata }: Manifest, events: readonly Manifest[]): string[] {
  const messages = events
    .filter(
      (event) =>
        event.type === 'Warning' &&
        event.metadata.namespace === metadata.namespace &&
        (textAt(event, 'involvedObject', 'name') ?? '').startsWith(metadata.name),
    )
    .map(
      (event) =>
        `${textAt(event, 'involvedObject', 'kind') ?? ''} ${textAt(event, 'involvedObject', 'name') ?? ''}: ` +
        `${textAt(event, 'reason') ?? ''}: ${textAt(event, 'message') ?? ''}`,
    );
  return [...new Set(messages)].slice(-5);
}

export function nameOf({ kind, metadata: { namespace, name } }: Manifest): string {
  return formatResource(namespace === undefined ? { kind, name } : { kind, namespace, name });
}
