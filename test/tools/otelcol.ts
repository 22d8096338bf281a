/** OpenTelemetry Collector: a distribution of our own with every component that a configuration of ours names. */
import { mkdirSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOG } from '../../constructs/core/catalog';
import { GO_ENV, installGoProgram } from './go-build';
import { needs } from './requirement';
import type { Recipe, Tool } from './tool';

const VERSION = CATALOG['otel-collector'].version;
/** The version of the collector's stable modules that belongs to it, as the builder's own default configuration says. */
const STABLE_VERSION = '1.64.0';

const CORE = 'go.opentelemetry.io/collector';
const CONTRIB = 'github.com/open-telemetry/opentelemetry-collector-contrib';

/** Components of which 0.158.0 is not to be had as a Go module: the newest that is, and that works with the rest. */
const OLDER: Readonly<Record<string, string>> = {
  failoverconnector: '0.152.0',
  routingconnector: '0.152.0',
  pprofextension: '0.152.0',
  clickhouseexporter: '0.157.0',
};

const COMPONENTS = {
  receivers: [
    core('receiver/otlpreceiver'),
    contrib('receiver/kafkareceiver'),
    contrib('receiver/filelogreceiver'),
    contrib('receiver/prometheusreceiver'),
  ],
  processors: [
    core('processor/batchprocessor'),
    core('processor/memorylimiterprocessor'),
    contrib('processor/attributesprocessor'),
    contrib('processor/cumulativetodeltaprocessor'),
    contrib('processor/deltatocumulativeprocessor'),
    contrib('processor/filterprocessor'),
    contrib('processor/groupbyattrsprocessor'),
    contrib('processor/k8sattributesprocessor'),
    contrib('processor/metricstransformprocessor'),
    contrib('processor/probabilisticsamplerprocessor'),
    contrib('processor/redactionprocessor'),
    contrib('processor/resourceprocessor'),
    contrib('processor/tailsamplingprocessor'),
    contrib('processor/transformprocessor'),
  ],
  exporters: [
    core('exporter/debugexporter'),
    core('exporter/nopexporter'),
    core('exporter/otlpexporter'),
    core('exporter/otlphttpexporter'),
    contrib('exporter/clickhouseexporter'),
    contrib('exporter/fileexporter'),
    contrib('exporter/kafkaexporter'),
    contrib('exporter/loadbalancingexporter'),
    contrib('exporter/prometheusremotewriteexporter'),
  ],
  connectors: [
    core('connector/forwardconnector'),
    contrib('connector/countconnector'),
    contrib('connector/failoverconnector'),
    contrib('connector/routingconnector'),
    contrib('connector/servicegraphconnector'),
    contrib('connector/spanmetricsconnector'),
  ],
  extensions: [
    contrib('extension/basicauthextension'),
    contrib('extension/bearertokenauthextension'),
    contrib('extension/headerssetterextension'),
    contrib('extension/healthcheckextension'),
    contrib('extension/oauth2clientauthextension'),
    contrib('extension/pprofextension'),
    contrib('extension/storage/filestorage'),
  ],
  providers: ['env', 'file', 'yaml'].map(
    (name) => `${CORE}/confmap/provider/${name}provider v${STABLE_VERSION}`,
  ),
} as const;

/**
 * Of the Prometheus receiver's service discovery only what a cluster uses: with the SDKs of twenty clouds, which it
 * brings otherwise, the program is 141 MB instead of 116, and the build longer in proportion.
 */
const BUILD_TAGS = 'remove_all_sd,enable_kubernetes_sd,enable_dns_sd';

export const otelcol = {
  name: 'otelcol',
  version: VERSION,
  purpose: 'judges and runs the collectors’ configurations',
  requires: [needs.go('1.25')],
  recipe: collectorBuilder(),
  outputs: ['otelcol'],
  memoryGiB: 4,
  main: 'otelcol',
  checks: [
    { run: ['otelcol', '--version'], prints: `otelcol version ${VERSION}` },
    { run: ['otelcol', 'components'], prints: 'name: failover' },
  ],
} as const satisfies Tool;

function collectorBuilder(): Recipe {
  return {
    kind: 'OpenTelemetry Collector Builder',
    revision: 1,
    inputs: { version: VERSION, components: COMPONENTS, tags: BUILD_TAGS },
    run: async (build) => {
      const builder = join(build.workDir, 'builder');
      await installGoProgram(build, builder, `${CORE}/cmd/builder`, `v${VERSION}`);
      const sources = join(build.workDir, 'sources');
      mkdirSync(sources);
      const config = join(build.workDir, 'builder.json');
      writeFileSync(config, JSON.stringify(builderConfig(sources), null, 2));
      await build.run({
        program: builder,
        // The older components ask for older core modules, which strict versioning would refuse.
        args: ['--config', config, '--skip-strict-versioning'],
        cwd: build.workDir,
        env: GO_ENV,
        attempts: 2,
      });
      copyFileSync(join(sources, 'otelcol'), join(build.outDir, 'otelcol'));
    },
  };
}

/** JSON is YAML too, and the builder reads YAML. */
function builderConfig(sources: string): unknown {
  const modules = Object.entries(COMPONENTS).map(
    ([kind, names]) => [kind, names.map((gomod) => ({ gomod }))] as const,
  );
  return {
    dist: {
      module: 'example.com/hyperion/otelcol',
      name: 'otelcol',
      description: 'OpenTelemetry Collector with the components that Hyperion configures',
      version: VERSION,
      output_path: sources,
      build_tags: BUILD_TAGS,
    },
    ...Object.fromEntries(modules),
  };
}

function core(path: string): string {
  return `${CORE}/${path} v${VERSION}`;
}

function contrib(path: string): string {
  return `${CONTRIB}/${path} v${OLDER[path.slice(path.lastIndexOf('/') + 1)] ?? VERSION}`;
}
