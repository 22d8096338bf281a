/**
 * Every component's version, image, licence, end of life and compatibility rules, in one place. What is past its end
 * of life needs a waiver with a reason and an expiry date.
 */
export interface CatalogEntry {
  readonly name: string;
  readonly version: string;
  /** Repository with registry, without a tag. */
  readonly repository: string;
  /** @default the version */
  readonly tag?: string;
  readonly license: string;
  /** Last day with security fixes, ISO 8601; undefined where its makers name none. */
  readonly endOfLife?: string;
  /** Whether the image has no shell, so that exec probes cannot work. */
  readonly distroless?: boolean;
  /** What to use instead, shown when it has ended. */
  readonly successor?: string;
}

export const CATALOG = {
  'otel-collector': {
    name: 'otel-collector',
    version: '0.158.0',
    repository: 'docker.io/otel/opentelemetry-collector-contrib',
    license: 'Apache-2.0',
    distroless: true,
  },
  loki: {
    name: 'loki',
    version: '3.7.8',
    repository: 'docker.io/grafana/loki',
    license: 'AGPL-3.0',
    distroless: true,
  },
  'loki-canary': {
    name: 'loki-canary',
    version: '3.7.8',
    repository: 'docker.io/grafana/loki-canary',
    license: 'AGPL-3.0',
    distroless: true,
  },
  'nginx-ingress': {
    name: 'nginx-ingress',
    version: '5.5.4',
    repository: 'docker.io/nginx/nginx-ingress',
    license: 'Apache-2.0',
  },
  trivy: {
    name: 'trivy',
    version: '0.72.0',
    repository: 'ghcr.io/aquasecurity/trivy',
    license: 'Apache-2.0',
  },
  grafana: { name: 'grafana', version: '13.1.0', repository: 'docker.io/grafana/grafana', license: 'AGPL-3.0' },
  postgresql: {
    name: 'postgresql',
    version: '17.7',
    repository: 'docker.io/library/postgres',
    license: 'PostgreSQL',
    endOfLife: '2029-11-08',
  },
} as const satisfies Record<string, CatalogEntry>;

export type CatalogName = keyof typeof CATALOG;

export function imageOf(entry: CatalogEntry): string {
  return `${entry.repository}:${entry.tag ?? entry.version}`;
}
