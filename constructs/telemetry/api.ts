/**
 * The API: answers questions about devices, metrics and ranges from the store, to whoever has a key.
 */
import { Size } from 'cdk8s';
import type { API_VARIABLES } from '../../apps/api/config';
import { Component, type ComponentProps } from '../core/component';
import type { Resources } from '../core/container-spec';
import type { Endpoint } from '../core/endpoint';
import type { Platform, Tier } from '../core/platform';
import type { SecretRef } from '../core/secrets';
import {
  countText,
  IN_CONTAINER,
  influxdbStore,
  type InfluxdbAccess,
  type Listen,
  type ServiceEnvironment,
  type StoreChoice,
} from './service-environment';
import { HTTP, serviceWorkload } from './service-workload';

/** What is not given is the service's own default. */
export interface ApiEnvironmentProps {
  readonly listen: Listen;
  readonly store: StoreChoice;
  readonly keysFile: string;
  /** Of the key that is given beside the file. @default admin */
  readonly keyRole?: 'read' | 'admin';
  /** Proxies in front, whose word on the client's address is taken. */
  readonly trustedHops?: number;
  /** Web pages elsewhere that may ask. */
  readonly corsOrigins?: readonly string[];
}

/** `file`: JSON with several keys, hashed, in the secret's value; `one`: a key itself, for reading. */
export interface ApiKeys {
  readonly kind: 'file' | 'one';
  readonly secret: SecretRef;
}

export interface ApiProps extends ComponentProps {
  readonly store: InfluxdbAccess & { readonly query: Endpoint<'queries', 'flux'> };
  readonly keys: ApiKeys;
  readonly serviceToken: SecretRef;
  /** @default none */
  readonly corsOrigins?: readonly string[];
  /** @default dev 1 to 3, prod 2 to 6 */
  readonly replicas?: { readonly least: number; readonly most: number };
  /** @default SERVICE_RESOURCES of the tier */
  readonly resources?: Resources;
}

const REPLICAS: Readonly<Record<Tier, { least: number; most: number }>> = {
  dev: { least: 1, most: 3 },
  prod: { least: 2, most: 6 },
};
const CPU_PERCENT = 70;
const SECRET_DIR = '/etc/hyperion/secrets';
const DATA_DIR = '/var/lib/api';
/** The ingress controller appends the client's address. */
const HOPS = 1;

export class Api extends Component {
  /** For clients, through the ingress controller. */
  public readonly http: Endpoint<'web', 'http'>;
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  public constructor(scope: Platform, id: string, props: ApiProps) {
    super(scope, id, props, { layer: 'view', summary: 'Answers questions about GPU readings (API)' });
    const { store, keys, serviceToken, corsOrigins } = props;
    const { least, most } = props.replicas ?? REPLICAS[scope.tier];
    const keyFile = keys.kind === 'file' ? this.secret(keys.secret) : undefined;
    const { workload, metrics } = serviceWorkload<typeof API_VARIABLES>(this, id, {
      app: 'api',
      kind: 'Deployment',
      replicas: least,
      autoscale: { maxReplicas: most, cpuPercent: CPU_PERCENT },
      environment: apiEnvironment({
        listen: IN_CONTAINER,
        store: influxdbStore(store, store.query.url),
        keysFile: keyFile === undefined ? `${DATA_DIR}/keys.json` : `${SECRET_DIR}/${keyFile.key}`,
        trustedHops: HOPS,
        // An admin could make keys at one replica that the others would not know.
        ...(keyFile === undefined ? { keyRole: 'read' } : {}),
        ...(corsOrigins === undefined ? {} : { corsOrigins }),
      }),
      secrets: {
        SERVICE_TOKEN: serviceToken,
        INFLUXDB_TOKEN: store.token,
        ...(keyFile === undefined ? { API_KEY: keys.secret } : {}),
      },
      resources: props.resources,
      ...(keyFile === undefined
        ? { scratch: [{ mountPath: DATA_DIR, size: Size.mebibytes(16) }] }
        : {
            secretFiles: [{ mountPath: SECRET_DIR, secretName: keyFile.secretName, keys: [keyFile.key] }],
          }),
    });
    this.metrics = metrics;
    // It asks for a key of its own, which no connection of the platform presents.
    this.http = workload.listen({ ...HTTP, protocol: 'http', signals: ['web'], access: 'read' });
    workload.connect(store.query, {
      signals: ['queries'],
      purpose: 'questions of clients',
      credential: { kind: 'bearer', secret: store.token },
    });
  }
}

export function apiEnvironment(props: ApiEnvironmentProps): ServiceEnvironment<typeof API_VARIABLES> {
  const { store } = props;
  return {
    LISTEN_HOST: props.listen.host,
    LISTEN_PORT: String(props.listen.port),
    STORE: store.kind,
    STORE_DATA_DIR: store.kind === 'embedded' ? store.folder : undefined,
    INFLUXDB_URL: store.kind === 'influxdb' ? store.url : undefined,
    INFLUXDB_ORG: store.kind === 'influxdb' ? store.organization : undefined,
    INFLUXDB_BUCKET: store.kind === 'influxdb' ? store.bucket : undefined,
    API_KEYS_FILE: props.keysFile,
    API_KEY_ROLE: props.keyRole,
    API_TRUSTED_HOPS: countText(props.trustedHops),
    API_CORS_ORIGINS: props.corsOrigins?.join(','),
  };
}
