/**
 * One of the five services as a hardened workload: the image that they share, its probes, its token, its metrics.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import type { Component } from '../core/component';
import { limitsOf, type ContainerSpec, type EnvSource, type Resources } from '../core/container-spec';
import type { Endpoint } from '../core/endpoint';
import type { Tier } from '../core/platform';
import { bytesOf } from '../core/quantity';
import type { SecretRef } from '../core/secrets';
import { Workload, type WorkloadProps } from '../core/workload';
import { IN_CONTAINER, type ServiceEnvironment, type Variables } from './service-environment';

export interface ServiceWorkloadProps<V extends Variables> extends Pick<
  WorkloadProps,
  'kind' | 'replicas' | 'autoscale' | 'claims'
> {
  /** Folder of the service in `apps/`. */
  readonly app: 'streamer' | 'broker' | 'proxy' | 'collector' | 'api';
  readonly environment: ServiceEnvironment<V>;
  /** Variables that come from the environment's store of secrets. */
  readonly secrets: Readonly<Partial<Record<keyof V & string, SecretRef>>>;
  readonly resources: Resources | undefined;
  /** How long requests and what they leave behind may take when it stops. @default 25 s */
  readonly stopSeconds?: number;
  readonly volumes?: ContainerSpec['volumes'];
  readonly scratch?: ContainerSpec['scratch'];
  readonly secretFiles?: ContainerSpec['secretFiles'];
}

/** The design document's figures: requests and limits, "minimum" and "production". */
export const SERVICE_RESOURCES: Readonly<Record<Tier, Required<Resources>>> = {
  dev: {
    cpuMillis: 100,
    cpuLimitMillis: 500,
    memory: Size.mebibytes(128),
    memoryLimit: Size.mebibytes(512),
  },
  prod: { cpuMillis: 500, cpuLimitMillis: 2000, memory: Size.gibibytes(1), memoryLimit: Size.gibibytes(4) },
};

/** A share of the memory that the container may have, in whole mebibytes: what a service may fill with messages. */
export function memoryShare(tier: Tier, resources: Resources | undefined, share: number): Size {
  const { memory } = limitsOf(resources ?? SERVICE_RESOURCES[tier]);
  return Size.mebibytes(Math.floor((bytesOf(memory) * share) / 1024 ** 2));
}

/** Where `apps/Dockerfile` puts the compiled services. */
const HOME = '/srv/telemetry';
/** User `node` of the image's base. */
const UID = 1000;
/** Until every node has heard that the pod is leaving; whatever still comes before is served as ever. */
const LEAVING_SECONDS = 5;
/** STOP_TIMEOUT's 20 s, and what has to be written after it. */
const STOP_SECONDS = 25;
/** The document's periods. Its initial delays (30 s and 5 s) are a startup probe's now: nothing is asked before it has passed. */
const LIVENESS_PERIOD_SECONDS = 10;
const READINESS_PERIOD_SECONDS = 5;

export const HTTP = { name: 'http', port: IN_CONTAINER.port } as const;

export interface ServiceWorkload {
  readonly workload: Workload;
  readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;
}

export function serviceWorkload<V extends Variables>(
  scope: Component,
  id: string,
  props: ServiceWorkloadProps<V>,
  via: 'service' | 'headless' = 'service',
): ServiceWorkload {
  const { kind, autoscale, claims, volumes, scratch, secretFiles } = props;
  const workload = new Workload(scope, id, {
    kind,
    replicas: props.replicas ?? 1,
    uid: UID,
    drainSeconds: LEAVING_SECONDS + (props.stopSeconds ?? STOP_SECONDS),
    ...(autoscale === undefined ? {} : { autoscale }),
    ...(claims === undefined ? {} : { claims }),
    container: {
      image: CATALOG['telemetry-services'],
      args: [`${HOME}/apps/${props.app}/server.js`],
      env: { ...definedTexts(props.environment), ...secretEnvironment(scope, props.secrets) },
      resources: props.resources ?? SERVICE_RESOURCES[scope.platform.tier],
      probes: {
        readiness: { http: '/ready', port: IN_CONTAINER.port },
        liveness: { http: '/health', port: IN_CONTAINER.port },
        livenessPeriodSeconds: LIVENESS_PERIOD_SECONDS,
        readinessPeriodSeconds: READINESS_PERIOD_SECONDS,
      },
      preStop: ['sleep', String(LEAVING_SECONDS)],
      ...(volumes === undefined ? {} : { volumes }),
      ...(scratch === undefined ? {} : { scratch }),
      ...(secretFiles === undefined ? {} : { secretFiles }),
    },
  });
  const metrics = workload.listenForScrapes({
    ...HTTP,
    via,
  });
  return { workload, metrics };
}

function secretEnvironment(
  scope: Component,
  secrets: Readonly<Record<string, SecretRef | undefined>>,
): Readonly<Record<string, EnvSource>> {
  return Object.fromEntries(
    Object.entries(secrets).flatMap(([name, ref]) =>
      ref === undefined ? [] : [[name, { secret: scope.secret(ref) }]],
    ),
  );
}

function definedTexts(environment: object): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
