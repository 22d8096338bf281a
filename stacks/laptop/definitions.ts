/**
 * `telemetry-local`: the five services as the constructs define them, listening on 127.0.0.1, with the embedded store.
 */
import type { STORE_VARIABLES } from '../../apps/shared/store/store-variables';
import type { Environment, Variables } from '../../apps/shared/variables';
import type { STREAMER_VARIABLES } from '../../apps/streamer/config';
import { apiEnvironment } from '../../constructs/telemetry/api';
import { brokerEnvironment } from '../../constructs/telemetry/broker';
import { collectorEnvironment } from '../../constructs/telemetry/collector';
import { proxyEnvironment } from '../../constructs/telemetry/proxy';
import type { StoreChoice } from '../../constructs/telemetry/service-environment';
import { streamerEnvironment } from '../../constructs/telemetry/streamer';
import { freePorts } from './free-ports';
import { SERVICE_NAMES, urlOf, type ServiceDefinition, type ServiceName } from './service-definition';
import type { StateFolder } from './state-folder';

export interface DefinitionsOptions {
  readonly state: StateFolder;
  /** `live`: the sample again and again, at a pace that can be watched. `once`: its own times, as fast as possible. */
  readonly mode: 'live' | 'once';
}

const HOST = '127.0.0.1';
const TITLES: Readonly<Record<ServiceName, string>> = {
  streamer: 'Streamer',
  proxy: 'Proxy',
  broker: 'Broker',
  collector: 'Collector',
  api: 'API',
};
/** Thirty seconds of the sample pass in two: charts move, and the faults of an afternoon come within minutes. */
export const LIVE_SPEED = 15;
/** A laptop left alone for a night fills no disk. */
const STORE_LIMITS = { STORE_RETENTION: '24h', STORE_MAX_SIZE: '2GiB' } as const;

export async function laptopDefinitions(options: DefinitionsOptions): Promise<readonly ServiceDefinition[]> {
  const { serviceToken } = options.state;
  const ports = await freePorts(SERVICE_NAMES.length);
  const portOf = (name: ServiceName): number => ports[SERVICE_NAMES.indexOf(name)] ?? 0;
  const environments = environmentsOf(options, portOf);
  return SERVICE_NAMES.map((name) => ({
    name,
    title: TITLES[name],
    port: portOf(name),
    environment: texts({ ...environments[name], SERVICE_TOKEN: serviceToken }),
  }));
}

function environmentsOf(
  { state, mode }: DefinitionsOptions,
  portOf: (name: ServiceName) => number,
): Readonly<Record<ServiceName, Environment<Variables>>> {
  const listen = (name: ServiceName) => ({ host: HOST, port: portOf(name) });
  const queueUrl = urlOf({ port: portOf('proxy') });
  const store: StoreChoice = { kind: 'embedded', folder: state.folder('store') };
  const embedded: Environment<typeof STORE_VARIABLES> = {
    STORE: store.kind,
    STORE_DATA_DIR: store.folder,
    // The sample is as old as it is, and nobody adds to it.
    ...(mode === 'live' ? STORE_LIMITS : {}),
  };
  const source = {
    STREAMER_PACE: mode === 'live' ? 'original' : 'fast',
    STREAMER_SPEED: mode === 'live' ? String(LIVE_SPEED) : undefined,
    STREAMER_KEEP_TIMESTAMPS: mode === 'live' ? 'false' : 'true',
  } satisfies Environment<typeof STREAMER_VARIABLES>;
  return {
    streamer: {
      ...streamerEnvironment({
        listen: listen('streamer'),
        queueUrl,
        dataDir: state.folder('streamer'),
        source: state.sampleFile,
        loop: mode === 'live',
      }),
      ...source,
    },
    proxy: proxyEnvironment({ listen: listen('proxy'), brokers: [urlOf({ port: portOf('broker') })] }),
    broker: brokerEnvironment({ listen: listen('broker'), dataDir: state.folder('broker') }),
    collector: { ...collectorEnvironment({ listen: listen('collector'), queueUrl, store }), ...embedded },
    api: { ...apiEnvironment({ listen: listen('api'), store, keysFile: state.apiKeysFile }), ...embedded },
  };
}

function texts(environment: object): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
