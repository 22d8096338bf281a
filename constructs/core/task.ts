/**
 * A hardened Job or CronJob: something that runs to its end, with its permissions and its place in the flow graph.
 */
import { ApiObject, Cron, Duration, JsonPatch } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import type { Component } from './component';
import { connect, type ConnectOptions } from './connect';
import { containerProps, type ContainerSpec } from './container-spec';
import type { Endpoint, Signal } from './endpoint';
import type { Party, Reach } from './party';
import { CONFIG_HASH_ANNOTATION, configHash, contentHash, hardeningPatches } from './pod-patches';
import { PodVolumes } from './pod-volumes';
import { ServiceIdentity, type IdentityProps } from './service-identity';

export interface TaskProps {
  readonly container: ContainerSpec;
  readonly initContainers?: readonly (ContainerSpec & { readonly name: string })[];
  readonly uid: number;
  /** After this time the job is stopped and counts as failed. */
  readonly deadline: Duration;
  /** Five-field cron expression for a CronJob, in UTC. @default none: a Job that runs once */
  readonly schedule?: string;
  /**
   * Made but not started, for tasks that an operator starts by hand (a restore).
   * @default false
   */
  readonly suspended?: boolean;
  readonly identity?: IdentityProps;
  /** Further Secrets or claims that exist already and are mounted by name. */
  readonly existingClaims?: readonly { readonly name: string; readonly claimName: string }[];
}

/** Attempts before a job counts as failed; each waits longer than the one before. */
const BACKOFF_LIMIT = 6;
/** A finished Job stays a week for whoever reads its log. */
const KEEP_FINISHED = Duration.days(7);

export class Task extends Construct implements Party {
  public readonly id: string;
  public readonly componentName: string;
  public readonly reach: Reach & { kind: 'pods' };
  public readonly host: string;

  public constructor(
    scope: Component,
    id: string,
    public readonly spec: TaskProps,
  ) {
    super(scope, id);
    const props = spec;
    this.id = id;
    this.componentName = scope.node.id;
    this.host = id;
    const labels = { 'app.kubernetes.io/name': this.componentName, 'app.kubernetes.io/component': id };
    this.reach = { kind: 'pods', namespace: scope.namespace, labels };
    const identity = new ServiceIdentity(this, id, props.identity ?? {});
    const configs = [props.container, ...(props.initContainers ?? [])]
      .flatMap((c) => c.configs ?? [])
      .map((c) => c.config);
    const hash = configHash(configs);
    // A Job cannot be changed, so whatever its pod would run otherwise makes another Job.
    const identityHash = contentHash([hash, props.container, ...(props.initContainers ?? [])]);
    const common = {
      metadata: {
        name: props.schedule === undefined ? `${id}-${identityHash.slice(0, 8)}` : id,
        labels: { 'app.kubernetes.io/component': id },
      },
      podMetadata: {
        labels: { ...scope.labels, ...labels, ...identity.podLabels },
        annotations: {
          ...identity.podAnnotations,
          ...(configs.length === 0 ? {} : { [CONFIG_HASH_ANNOTATION]: hash }),
        },
      },
      select: false,
      automountServiceAccountToken: identity.mountsToken,
      serviceAccount: identity.account,
      restartPolicy: kplus.RestartPolicy.ON_FAILURE,
      terminationGracePeriod: Duration.seconds(30),
      securityContext: {
        ensureNonRoot: true,
        user: props.uid,
        group: props.uid,
        fsGroup: props.uid,
        fsGroupChangePolicy: kplus.FsGroupChangePolicy.ON_ROOT_MISMATCH,
      },
      activeDeadline: props.deadline,
      backoffLimit: BACKOFF_LIMIT,
    };
    const pod =
      props.schedule === undefined
        ? new kplus.Job(this, 'job', {
            ...common,
            ttlAfterFinished: props.suspended === true ? undefined : KEEP_FINISHED,
          })
        : new kplus.CronJob(this, 'cronjob', {
            ...common,
            schedule: cron(props.schedule),
            concurrencyPolicy: kplus.ConcurrencyPolicy.FORBID,
            timeZone: 'Etc/UTC',
            ttlAfterFinished: KEEP_FINISHED,
          });
    const volumes = new PodVolumes(pod, [], props.existingClaims ?? []);
    const name = props.container.name ?? id;
    volumes.mount(pod.addContainer(containerProps(pod, name, props.container)), props.container);
    for (const spec of props.initContainers ?? []) {
      volumes.mount(pod.addInitContainer(containerProps(pod, spec.name, spec)), spec);
    }
    const prefix = props.schedule === undefined ? '' : '/spec/jobTemplate';
    ApiObject.of(pod).addJsonPatch(
      JsonPatch.remove(`${prefix}/spec/template/metadata/labels/cdk8s.io~1metadata.addr`),
      ...(props.suspended === true ? [JsonPatch.add('/spec/suspend', true)] : []),
      ...hardeningPatches({ kind: 'Job', replicas: 1, zones: 1, labels, prefix }),
    );
    scope.platform.graph.addParty(this);
  }

  public connect<S extends Signal>(endpoint: Endpoint<S>, options: ConnectOptions<S>): void {
    connect(this, endpoint, options);
  }
}

function cron(expression: string): Cron {
  const fields = expression.split(' ');
  const [minute, hour, day, month, weekDay] = fields;
  if (fields.length !== 5) {
    throw new Error(
      `schedule ${JSON.stringify(expression)}: a cron expression has five fields: minute hour day month week-day`,
    );
  }
  return new Cron({ minute, hour, day, month, weekDay });
}
