/**
 * vmauth's own configuration, typed: the part of its schema that the platform uses. `vmauth -dryRun` judges it.
 */
export interface VmauthUserConfig {
  readonly name: string;
  /** Environment variable that holds the token; vmauth puts its value in for `%{NAME}`. */
  readonly tokenVariable: string;
  readonly readUrl?: string;
  /** With its whole path. */
  readonly writeUrl?: string;
  /** Where OTLP over HTTP goes, by signal; the request's own path, `/v1/logs` or `/v1/traces`, is appended. */
  readonly otlpUrls?: Readonly<Record<'logs' | 'traces', string | undefined>>;
  /** Name in the path, and URL of the page with its whole path. */
  readonly exporters?: readonly { readonly name: string; readonly url: string }[];
  readonly maxConcurrentRequests: number;
}

/**
 * What Grafana and vmalert ask of a Prometheus: queries, labels and series for completion, metadata, the version.
 * An allow-list, so that neither deletion nor export nor vmselect's own pages are within reach. Whole-path regular
 * expressions.
 */
const READ_PATHS = [
  '/api/v1/(query|query_range|series|labels|metadata|format_query|parse_query|query_exemplars)',
  '/api/v1/label/[^/]+/values',
  '/api/v1/status/(buildinfo|tsdb)',
] as const;

const WRITE_PATH = '/api/v1/write';

export function renderVmauth(users: readonly VmauthUserConfig[]): object {
  return {
    users: users.map((user) => ({
      name: user.name,
      bearer_token: `%{${user.tokenVariable}}`,
      max_concurrent_requests: user.maxConcurrentRequests,
      url_map: [
        ...(user.readUrl === undefined ? [] : [{ src_paths: [...READ_PATHS], url_prefix: user.readUrl }]),
        ...(user.writeUrl === undefined
          ? []
          : [{ src_paths: [WRITE_PATH], url_prefix: withoutPath(user.writeUrl, WRITE_PATH) }]),
        ...Object.entries(user.otlpUrls ?? {}).flatMap(([signal, url]) =>
          url === undefined ? [] : [{ src_paths: [`/v1/${signal}`], url_prefix: url }],
        ),
        ...(user.exporters ?? []).map(({ name, url }) => ({
          src_paths: [`/exporters/${name}/metrics`],
          url_prefix: withoutPath(url, '/metrics'),
          // `/exporters/<name>`.
          drop_src_path_prefix_parts: 2,
        })),
      ],
    })),
  };
}

/** vmauth appends the request's own path to the prefix. */
function withoutPath(url: string, path: string): string {
  return url.endsWith(path) ? url.slice(0, -path.length) : url;
}
