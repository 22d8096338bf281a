/**
 * A hardened Deployment, StatefulSet or DaemonSet with its Services, disruption budget, autoscaler and permissions,
 * and one party of the flow graph. cdk8s-plus makes the objects; what it cannot say is patched in here, once.
 */
import { ApiObject, Duration, JsonPatch } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import type { Component, MountedConfig } from './component';
import { connect, type ConnectOptions } from './connect';
import { containerProps, type ContainerSpec } from './container-spec';
import { addDisruptionBudget, zoneSetLabels } from './disruption-budget';
import { Endpoint, type AnyEndpoint, type EndpointProps, type Protocol, type Signal } from './endpoint';
import { hostAnnotations, hostPatches, type HostAccess } from './host-access';
import type { Party, Reach } from './party';
import {
  CONFIG_HASH_ANNOTATION,
  configVersion,
  FIRST_UNPRIVILEGED_PORT,
  hardeningPatches,
  lowPortPatch,
} from './pod-patches';
import { PodVolumes, type VolumeClaim } from './pod-volumes';
import { quantity } from './quantity';
import { ServiceIdentity, type IdentityProps } from './service-identity';
import { checkWorkload } from './workload-checks';
import { WorkloadServices } from './workload-services';

/** What one port with metrics has of its own. @default path `/metrics` */
type ScrapedPort = Pick<
  EndpointProps<'metrics', 'prometheus-scrape'>,
  'name' | 'port' | 'path' | 'via' | 'scrape'
>;

export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet';

export interface WorkloadProps {
  readonly kind: WorkloadKind;
  /** Not for a DaemonSet, which runs on every node. */
  readonly replicas?: number;
  readonly container: ContainerSpec;
  readonly sidecars?: readonly (ContainerSpec & { readonly name: string })[];
  readonly initContainers?: readonly (ContainerSpec & { readonly name: string })[];
  /** User and group of every process in the pod; never 0, but for a node agent with `host.root`. */
  readonly uid: number;
  /** What the component needs to finish its work when told to stop, with its source beside the value. */
  readonly drainSeconds: number;
  /** Volumes that outlive the pod; StatefulSets only. */
  readonly claims?: readonly VolumeClaim[];
  /** Volumes that all replicas share (ReadWriteMany), outliving the workload. @default none */
  readonly sharedClaims?: readonly VolumeClaim[];
  /** What it sees of its node; DaemonSets only. @default nothing */
  readonly host?: HostAccess;
  readonly identity?: IdentityProps;
  /** Scale on CPU between `replicas` and `maxReplicas`. */
  readonly autoscale?: { readonly maxReplicas: number; readonly cpuPercent: number };
  /** @default 'Parallel': replicas that find each other by name must all have one */
  readonly podManagement?: 'Parallel' | 'OrderedReady';
  /** Whether peers resolve each other before they are ready. @default false */
  readonly publishNotReadyAddresses?: boolean;
  /**
   * Name of a set of workloads of this component that hold copies of the same data: each keeps to one zone, which no
   * other of the set enters, and one disruption budget covers them all.
   * @default none: the replicas spread over all zones
   */
  readonly zoneSet?: string;
}

/** Old ReplicaSets and revisions kept for a rollback; the default of 10 only clutters. */
const REVISION_HISTORY_LIMIT = 3;
/** Named by the policy `replicas-in-production`. */
const SCALED_BY_ANNOTATION = 'hyperion.example.com/scaled-by';

export class Workload extends Construct implements Party {
  public readonly id: string;
  public readonly componentName: string;
  public readonly kind: WorkloadKind;
  public readonly replicas: number;
  public readonly maxReplicas: number;
  public readonly spec: WorkloadProps;
  public readonly reach: Reach & { kind: 'pods' };
  public readonly identity: ServiceIdentity;
  public readonly nodeAddresses: readonly string[] | undefined;
  private readonly component: Component;
  private readonly pod: kplus.Workload;
  private readonly labels: Readonly<Record<string, string>>;
  private readonly services: WorkloadServices;
  private lowestPort = FIRST_UNPRIVILEGED_PORT;

  public constructor(scope: Component, id: string, props: WorkloadProps) {
    super(scope, id);
    this.component = scope;
    this.id = id;
    this.componentName = scope.node.id;
    this.kind = props.kind;
    this.spec = props;
    this.replicas = props.replicas ?? 1;
    this.maxReplicas = props.autoscale?.maxReplicas ?? this.replicas;
    this.labels = { 'app.kubernetes.io/name': this.componentName, 'app.kubernetes.io/component': id };
    this.reach = { kind: 'pods', namespace: scope.namespace, labels: this.labels };
    this.nodeAddresses = props.host?.network?.nodes;
    checkWorkload(scope.platform, this, props);

    this.services = new WorkloadServices(this, id, this.labels, props.publishNotReadyAddresses ?? false);
    this.identity = new ServiceIdentity(this, id, props.identity ?? {});
    this.pod = this.createPods();
    this.addContainers();
    this.addAvailability();
    scope.platform.graph.addParty(this);
  }

  public get host(): string {
    return this.component.serviceHost(this.id);
  }

  public get headlessHost(): string {
    return this.component.serviceHost(`${this.id}-headless`);
  }

  /** Stable DNS names of a StatefulSet's pods, in order. */
  public get podHosts(): readonly string[] {
    return this.component.podHosts(this.id, this.replicas);
  }

  /** Opens a port of the main container, puts it on the Services, and gives its endpoint. */
  public listen<const S extends Signal, P extends Protocol>(
    props: EndpointProps<S, P>,
    container: string = this.spec.container.name ?? this.id,
  ): Endpoint<S, P> {
    const endpoint = new Endpoint<S, P>(this, props);
    const graph = this.component.platform.graph;
    const known = graph.endpointsOf(this);
    const samePort = known.find(
      (other) => other.port === endpoint.port && other.transport === endpoint.transport,
    );
    const sameName = known.find((other) => other.name === endpoint.name);
    graph.addEndpoint(endpoint);
    // Several protocols on one port are one port; anything else that shares a number or a name is a mistake.
    if (samePort === undefined && sameName === undefined) this.openPort(endpoint, container);
    else if (samePort !== sameName) this.reportPort(endpoint, samePort ?? sameName);
    return endpoint;
  }

  /** Opens a port on which Prometheus' metrics are read. */
  public listenForScrapes(port: ScrapedPort, container?: string): Endpoint<'metrics', 'prometheus-scrape'> {
    return this.listen(
      {
        ...port,
        path: port.path ?? '/metrics',
        protocol: 'prometheus-scrape',
        signals: ['metrics'],
        access: 'read',
      },
      container,
    );
  }

  /** Records that this workload connects to the endpoint, which opens the network for it. */
  public connect<S extends Signal>(endpoint: Endpoint<S>, options: ConnectOptions<S>): void {
    connect(this, endpoint, options);
  }

  private openPort(endpoint: Endpoint, containerName: string): void {
    const protocol = endpoint.transport === 'UDP' ? kplus.Protocol.UDP : kplus.Protocol.TCP;
    const container = this.pod.containers.find((candidate) => candidate.name === containerName);
    container?.addPort({
      number: endpoint.port,
      name: endpoint.name,
      protocol,
      // In the node's network a port is the node's; the API server would say so if this did not.
      ...(this.nodeAddresses === undefined ? {} : { hostPort: endpoint.port }),
    });
    if (endpoint.port < this.lowestPort) {
      this.lowestPort = endpoint.port;
      ApiObject.of(this.pod).addJsonPatch(lowPortPatch(endpoint.port));
    }
    this.services.bind(endpoint, this.kind === 'StatefulSet');
  }

  private createPods(): kplus.Workload {
    const { uid } = this.spec;
    const common = {
      metadata: {
        name: this.id,
        labels: { 'app.kubernetes.io/component': this.id },
        annotations: {
          // The API server fills in one replica where none is named; the policy on replicas reads this instead.
          ...(this.spec.autoscale === undefined ? {} : { [SCALED_BY_ANNOTATION]: 'HorizontalPodAutoscaler' }),
          ...this.rollsAfterItsSet(),
        },
      },
      podMetadata: {
        labels: {
          ...this.component.labels,
          ...this.labels,
          ...this.identity.podLabels,
          ...zoneSetLabels(this.spec.zoneSet),
        },
        annotations: { ...this.identity.podAnnotations, ...hostAnnotations(this.spec.host) },
      },
      select: false,
      automountServiceAccountToken: this.identity.mountsToken,
      serviceAccount: this.identity.account,
      terminationGracePeriod: Duration.seconds(this.spec.drainSeconds),
      securityContext: {
        ensureNonRoot: this.spec.host?.root === undefined,
        user: uid,
        group: uid,
        fsGroup: uid,
        fsGroupChangePolicy: kplus.FsGroupChangePolicy.ON_ROOT_MISMATCH,
      },
    };
    const pods = this.createPodsOfKind(common);
    pods.select(kplus.LabelSelector.of({ labels: { ...this.labels } }));
    // cdk8s-plus makes a StatefulSet's Service select its address label, which our pods do not carry.
    if (this.kind === 'StatefulSet') {
      ApiObject.of(this.services.headless).addJsonPatch(
        JsonPatch.remove('/spec/selector/cdk8s.io~1metadata.addr'),
      );
    }
    return pods;
  }

  private createPodsOfKind(common: kplus.WorkloadProps): kplus.Workload {
    switch (this.kind) {
      case 'Deployment':
        return new kplus.Deployment(this, 'deployment', {
          ...common,
          // With an autoscaler the replica count is the autoscaler's: cdk8s-plus leaves it out.
          replicas: this.spec.autoscale === undefined ? this.replicas : undefined,
          strategy: kplus.DeploymentStrategy.rollingUpdate({
            maxUnavailable: kplus.PercentOrAbsolute.absolute(0),
            maxSurge: kplus.PercentOrAbsolute.absolute(1),
          }),
        });
      case 'StatefulSet':
        return new kplus.StatefulSet(this, 'statefulset', {
          ...common,
          replicas: this.spec.autoscale === undefined ? this.replicas : undefined,
          service: this.services.headless,
          podManagementPolicy:
            this.spec.podManagement === 'OrderedReady'
              ? kplus.PodManagementPolicy.ORDERED_READY
              : kplus.PodManagementPolicy.PARALLEL,
        });
      case 'DaemonSet':
        return new kplus.DaemonSet(this, 'daemonset', common);
    }
  }

  private addContainers(): void {
    const { container, sidecars, initContainers, claims, host } = this.spec;
    const volumes = new PodVolumes(this.pod, claims ?? [], this.shareClaims());
    const all = [{ ...container, name: container.name ?? this.id }, ...(sidecars ?? [])];
    for (const spec of all) {
      volumes.mount(this.pod.addContainer(containerProps(this.pod, spec.name, spec, host)), spec);
    }
    for (const spec of initContainers ?? []) {
      volumes.mount(this.pod.addInitContainer(containerProps(this.pod, spec.name, spec, host)), spec);
    }
    const configs = [...all, ...(initContainers ?? [])]
      .flatMap((spec) => spec.configs ?? [])
      .map(({ config }) => config);
    // Deferred files are rendered by a deriver that was registered before this one, so they are complete here.
    if (configs.some((config) => config.deferred === true)) {
      this.component.platform.whenComplete(() => {
        this.annotateConfigs(configs);
      });
    } else this.annotateConfigs(configs);
    ApiObject.of(this.pod).addJsonPatch(
      // The address label of cdk8s-plus depends on the construct path; ours are the stable ones.
      JsonPatch.remove('/spec/template/metadata/labels/cdk8s.io~1metadata.addr'),
      JsonPatch.add('/spec/revisionHistoryLimit', REVISION_HISTORY_LIMIT),
      ...volumes.patches(),
      ...hostPatches(host),
      ...hardeningPatches({
        kind: this.kind,
        replicas: this.maxReplicas,
        zones: this.component.platform.zones,
        labels: this.labels,
        zoneSetLabels: zoneSetLabels(this.spec.zoneSet),
      }),
    );
  }

  /** A claim of each shared volume, made once and mounted by name. */
  private shareClaims(): { readonly name: string; readonly claimName: string }[] {
    return (this.spec.sharedClaims ?? []).map(({ name, size, storageClass }) => {
      const claimName = `${this.id}-${name}`;
      new kplus.k8s.KubePersistentVolumeClaim(this, `claim-${name}`, {
        metadata: { name: claimName },
        spec: {
          accessModes: ['ReadWriteMany'],
          storageClassName: storageClass,
          resources: { requests: { storage: kplus.k8s.Quantity.fromString(quantity(size)) } },
        },
      });
      return { name, claimName };
    });
  }

  /** A changed configuration changes the pod template, and so rolls the workload. */
  private annotateConfigs(configs: readonly MountedConfig[]): void {
    if (configs.length > 0)
      this.pod.podMetadata.addAnnotation(CONFIG_HASH_ANNOTATION, configVersion(configs));
  }

  private addAvailability(): void {
    if (this.kind === 'DaemonSet') return;
    addDisruptionBudget(this.component, this, { labels: this.labels, zoneSet: this.spec.zoneSet });
    const { autoscale } = this.spec;
    if (
      autoscale !== undefined &&
      (this.pod instanceof kplus.Deployment || this.pod instanceof kplus.StatefulSet)
    ) {
      new kplus.HorizontalPodAutoscaler(this, 'autoscaler', {
        metadata: { name: this.id },
        target: this.pod,
        minReplicas: this.replicas,
        // A ceiling below the floor is reported by `checkProps`; cdk8s-plus would throw and hide the other mistakes.
        maxReplicas: Math.max(autoscale.maxReplicas, this.replicas),
        metrics: [kplus.Metric.resourceCpu(kplus.MetricTarget.averageUtilization(autoscale.cpuPercent))],
      });
    }
  }

  private reportPort(endpoint: AnyEndpoint, other: AnyEndpoint | undefined): void {
    this.component.platform.report(this, {
      property: endpoint.name,
      value: endpoint.port,
      rule: `a port has one number and one name in a pod, and ${other?.name ?? ''} is ${other?.port ?? 0} already`,
      remedy: 'choose another port or another name',
    });
  }

  /**
   * Disruption budgets do not hold for roll-outs: workloads with copies of the same data have to roll one after the other.
   * Argo CD waits for a wave to be healthy before it begins the next one.
   */
  private rollsAfterItsSet(): Readonly<Record<string, string>> {
    const { zoneSet } = this.spec;
    if (zoneSet === undefined) return {};
    const earlier = this.component.node
      .findAll()
      .filter((other) => other instanceof Workload && other !== this && other.spec.zoneSet === zoneSet);
    return { 'argocd.argoproj.io/sync-wave': String(earlier.length) };
  }
}
