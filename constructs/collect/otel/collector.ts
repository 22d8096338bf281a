/**
 * What every collector of the platform has in common: one configuration file, the same image, limits that fit the
 * container, a health check, its own metrics, and a memory limiter before anything that comes in.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../../core/catalog';
import type { Component } from '../../core/component';
import { ConfigFile } from '../../core/config-file';
import type { ContainerSpec, EnvSource, Resources } from '../../core/container-spec';
import type { Endpoint } from '../../core/endpoint';
import { bytesOf } from '../../core/quantity';
import { Workload, type WorkloadProps } from '../../core/workload';
import type {
  CollectorConfig,
  Connectors,
  Exporters,
  ExtensionId,
  Extensions,
  Pipeline,
  PipelineId,
  Pipelines,
  Processors,
  Receivers,
} from './config';

export const COLLECTOR_PORTS = { grpc: 4317, http: 4318, health: 13133, metrics: 8888 } as const;

/** Listeners bind the pod's own address, so that several collectors can also run side by side on one machine. */
export const POD_ADDRESS = '${env:POD_IP}';

/** The image's own user. */
const UID = 10001;
const CONFIG_DIR = '/etc/otelcol';
/** Where a collector with a disk queue keeps it. */
export const QUEUE_DIR = '/var/lib/otelcol';
/** The collector's own advice: the Go runtime collects harder before the kernel kills. */
const GO_MEMORY_SHARE = 0.8;

/** The parts of a configuration that differ from collector to collector. */
export interface CollectorParts {
  readonly receivers: Receivers;
  readonly processors?: Processors;
  readonly exporters: Exporters;
  readonly connectors?: Connectors;
  readonly extensions?: Extensions;
  /** Without `memory_limiter`: it is put first in each pipeline that takes data from outside. */
  readonly pipelines: Pipelines;
}

export function collectorConfig(parts: CollectorParts): CollectorConfig {
  const extensions: Extensions = {
    health_check: { endpoint: `${POD_ADDRESS}:${COLLECTOR_PORTS.health}` },
    ...parts.extensions,
  };
  return {
    extensions,
    receivers: parts.receivers,
    processors: {
      // A refusal at 80 % (55 % for 1 s and more) of the container's limit, so that the collector never gets killed with data in hand.
      memory_limiter: { check_interval: '1s', limit_percentage: 80, spike_limit_percentage: 25 },
      ...parts.processors,
    },
    exporters: parts.exporters,
    ...(parts.connectors === undefined ? {} : { connectors: parts.connectors }),
    service: {
      extensions: Object.keys(extensions) as ExtensionId[],
      telemetry: {
        logs: { level: 'info', encoding: 'json' },
        metrics: {
          level: 'normal',
          readers: [
            {
              pull: { exporter: { prometheus: { host: POD_ADDRESS, port: COLLECTOR_PORTS.metrics } } },
            },
          ],
        },
      },
      pipelines: limited(parts.pipelines, new Set(Object.keys(parts.receivers))),
    },
  };
}

/**
 * A pipeline behind a connector has no limiter: what is in it was let in already, and a refusal there would look to
 * a failover like a dead receiver.
 */
function limited(pipelines: Pipelines, receivers: ReadonlySet<string>): Pipelines {
  const entries = Object.entries(pipelines) as [PipelineId, Pipeline][];
  return Object.fromEntries(
    entries.map(([id, pipeline]): [PipelineId, Pipeline] => [
      id,
      pipeline.receivers.some((receiver) => receivers.has(receiver))
        ? {
            receivers: pipeline.receivers,
            processors: ['memory_limiter', ...(pipeline.processors ?? [])],
            exporters: pipeline.exporters,
          }
        : pipeline,
    ]),
  );
}

export interface CollectorWorkloadProps extends Pick<
  WorkloadProps,
  'replicas' | 'autoscale' | 'claims' | 'drainSeconds'
> {
  readonly config: CollectorConfig;
  readonly resources: Resources;
  readonly env?: Readonly<Record<string, EnvSource>>;
  readonly secretFiles?: ContainerSpec['secretFiles'];
}

/** A Deployment, or a StatefulSet where there are claims, which are mounted at `QUEUE_DIR`. */
export function collectorWorkload(component: Component, props: CollectorWorkloadProps): Workload {
  const id = component.node.id;
  const claims = props.claims ?? [];
  const config = component.configMap(`${id}-config`, [
    ConfigFile.yaml(component.platform, 'config.yaml', props.config),
  ]);
  const workload = new Workload(component, id, {
    kind: claims.length === 0 ? 'Deployment' : 'StatefulSet',
    ...(props.replicas === undefined ? {} : { replicas: props.replicas }),
    ...(props.autoscale === undefined ? {} : { autoscale: props.autoscale }),
    claims,
    uid: UID,
    drainSeconds: props.drainSeconds,
    container: {
      image: CATALOG['otel-collector'],
      args: [`--config=${CONFIG_DIR}/config.yaml`],
      env: {
        GOMEMLIMIT: goMemoryLimit(props.resources.memory),
        POD_IP: { field: 'status.podIP' },
        ...props.env,
      },
      resources: props.resources,
      probes: { readiness: { http: '/', port: COLLECTOR_PORTS.health } },
      configs: [{ mountPath: CONFIG_DIR, config }],
      ...(props.secretFiles === undefined ? {} : { secretFiles: props.secretFiles }),
      volumes: claims.map(({ name }) => ({ claim: name, mountPath: QUEUE_DIR })),
      scratch: [{ mountPath: '/tmp', size: Size.mebibytes(64) }],
    },
  });
  workload.listen({
    name: 'health',
    port: COLLECTOR_PORTS.health,
    protocol: 'http',
    signals: ['coordination'],
    access: 'control',
  });
  return workload;
}

/** The collector's own metrics: `otelcol_receiver_refused_*`, `otelcol_exporter_send_failed_*`, … */
export function listenForScrapes(workload: Workload): Endpoint<'metrics', 'prometheus-scrape'> {
  return workload.listenForScrapes({
    name: 'metrics',
    port: COLLECTOR_PORTS.metrics,
  });
}

function goMemoryLimit(memory: Size): string {
  return `${Math.floor((bytesOf(memory) * GO_MEMORY_SHARE) / 1024 ** 2)}MiB`;
}
