import { list } from '../cel';
import { ALL_CONTAINERS, POD_CARRIERS, POD_SPEC } from '../pod-spec';
import type { Rule } from '../rule';

/**
 * The publishers of the components in the catalogue, each with the slash that ends its name. Where anybody may publish
 * (docker.io, ghcr.io, quay.io), the publisher is named, not the registry alone.
 */
const ALLOWED = [
  'docker.elastic.co/',
  'docker.io/apache/',
  'docker.io/clickhouse/',
  'docker.io/curlimages/',
  'docker.io/danielqsj/', // kafka_exporter
  'docker.io/grafana/',
  'docker.io/library/', // Docker's curated images: postgres, influxdb, haproxy, zookeeper
  'docker.io/nginx/',
  'docker.io/nginxinc/',
  'docker.io/otel/',
  'docker.io/prom/',
  'docker.io/tailscale/',
  'docker.io/untergeek/', // Curator, by its author
  'docker.io/victoriametrics/',
  'ghcr.io/aquasecurity/',
  'ghcr.io/external-secrets/',
  'ghcr.io/google/', // cAdvisor
  'ghcr.io/kyverno/',
  'ghcr.io/open-telemetry/',
  'ghcr.io/prometheus-community/',
  'mcr.microsoft.com/',
  'quay.io/argoproj/',
  'quay.io/ceph/',
  'quay.io/prometheus/',
  'quay.io/prometheuscommunity/',
  'quay.io/strimzi/',
  'registry.example.com/', // the platform's own images
  'registry.k8s.io/',
];

export const allowedRegistries: Rule = {
  id: 'allowed-registries',
  title: 'Images come from known publishers',
  severity: 'high',
  reason:
    'An image from anywhere is a program from anybody; without a registry in its name it depends on the node what is pulled.',
  remedy: `Write the image's full name with its registry; add a publisher to policies/allowed-registries/rule.ts if it is trusted`,
  appliesTo: POD_CARRIERS,
  variables: [POD_SPEC, ALL_CONTAINERS],
  validations: [
    {
      expression: `variables.allContainers.all(c, has(c.image) &&
        ${list(ALLOWED)}.exists(publisher, c.image.startsWith(publisher)))`,
      message: 'An image comes from a publisher that is not on the list',
    },
  ],
};
