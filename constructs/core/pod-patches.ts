/**
 * What a hardened pod needs and cdk8s-plus cannot say: spread over zones and nodes, no service links, the seccomp
 * profile of the pod; and the hash of its configuration, by which a changed file rolls the workload.
 */
import { createHash } from 'node:crypto';
import { JsonPatch } from 'cdk8s';
import { cloudNamesIn, placeholder } from './cloud-ref';
import type { MountedConfig } from './component';

export interface HardeningProps {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job';
  readonly replicas: number;
  readonly zones: number;
  readonly labels: Readonly<Record<string, string>>;
  /** What all workloads of the zone set have in common; empty for a workload that is in none. */
  readonly zoneSetLabels?: Readonly<Record<string, string>>;
  /**
   * Where the object's own `spec` lies.
   * @default '' (a CronJob's lies under `/spec/jobTemplate`)
   */
  readonly prefix?: string;
}

export const CONFIG_HASH_ANNOTATION = 'hyperion.example.com/config-hash';

export function hardeningPatches(props: HardeningProps): JsonPatch[] {
  const template = `${props.prefix ?? ''}/spec/template`;
  const patches = [
    // Environment variables for every Service of the namespace: a leak, and Loki and Grafana trip over `*_PORT`.
    JsonPatch.add(`${template}/spec/enableServiceLinks`, false),
    JsonPatch.add(`${template}/spec/securityContext/seccompProfile`, { type: 'RuntimeDefault' }),
  ];
  if ((props.kind === 'Deployment' || props.kind === 'StatefulSet') && props.replicas > 1) {
    patches.push(JsonPatch.add(`${template}/spec/topologySpreadConstraints`, spread(props)));
  }
  if (inZoneSet(props)) patches.push(JsonPatch.add(`${template}/spec/affinity`, zoneAffinity(props)));
  return patches;
}

/** With one zone there is nothing to keep apart. */
function inZoneSet(props: HardeningProps): boolean {
  return props.zones > 1 && Object.keys(props.zoneSetLabels ?? {}).length > 0;
}

/**
 * Replicas of one workload share a zone with each other and with nobody else of their set: losing a zone then takes
 * one copy of everything, never two of anything. It needs no zone's name.
 */
function zoneAffinity(props: HardeningProps): object {
  const topologyKey = 'topology.kubernetes.io/zone';
  const component = 'app.kubernetes.io/component';
  const others = {
    matchLabels: props.zoneSetLabels,
    matchExpressions: [{ key: component, operator: 'NotIn', values: [props.labels[component]] }],
  };
  return {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { labelSelector: { matchLabels: { ...props.labels } }, topologyKey },
      ],
    },
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: others, topologyKey }],
    },
  };
}

/** Linux gives the ports below to root alone, unless a network namespace says otherwise. */
export const FIRST_UNPRIVILEGED_PORT = 1024;

/**
 * Lets a process that is not root open the ports from this one on. The kubelet counts the setting among the safe ones and
 * Pod Security "restricted" takes it; so a port has one number in the pod, its Service, its policies and the flow graph.
 */
export function lowPortPatch(port: number): JsonPatch {
  return JsonPatch.add('/spec/template/spec/securityContext/sysctls', [
    { name: 'net.ipv4.ip_unprivileged_port_start', value: String(port) },
  ]);
}

/**
 * What stands in the annotation: the hash, and the values of the cloud for which the files wait. The hash is made before those
 * are known; put in here too, another value rolls the workload as another file does.
 */
export function configVersion(configs: readonly MountedConfig[]): string {
  const texts = configs.flatMap(({ files }) => files.map(({ text }) => text));
  const references = texts.flatMap(cloudNamesIn).map(placeholder);
  return [configHash(configs), ...new Set(references.sort())].join(' ');
}

export function configHash(configs: readonly MountedConfig[]): string {
  return contentHash(configs.map(({ configMapName, files }) => [configMapName, files]));
}

/** 16 hexadecimal digits that stand for the value. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}

function spread(props: HardeningProps): object[] {
  const labelSelector = { matchLabels: { ...props.labels } };
  // Without it, a rolling Deployment counts the old pods too and the new ones pile up in one zone.
  const matchLabelKeys = props.kind === 'Deployment' ? { matchLabelKeys: ['pod-template-hash'] } : {};
  const overZones = {
    maxSkew: 1,
    topologyKey: 'topology.kubernetes.io/zone',
    // With one zone there is nothing to enforce.
    whenUnsatisfiable: props.zones > 1 ? 'DoNotSchedule' : 'ScheduleAnyway',
    labelSelector,
    ...matchLabelKeys,
  };
  const overNodes = {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    // Replicas of data must not share a node; the others only should not.
    whenUnsatisfiable: props.kind === 'StatefulSet' && props.zones > 1 ? 'DoNotSchedule' : 'ScheduleAnyway',
    labelSelector,
    ...matchLabelKeys,
  };
  return inZoneSet(props) ? [overNodes] : [overZones, overNodes];
}
