/** One service as the runner needs to know it. */
export const SERVICE_NAMES = ['streamer', 'proxy', 'broker', 'collector', 'api'] as const;

/** In the direction of the data. */
export type ServiceName = (typeof SERVICE_NAMES)[number];

export interface ServiceDefinition {
  /** Folder of the service in `apps/`. */
  readonly name: ServiceName;
  /** As the system's design document calls it. */
  readonly title: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** How a service's process is started. */
export interface ServiceProgram {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

export function urlOf({ port }: Pick<ServiceDefinition, 'port'>): string {
  return `http://127.0.0.1:${port}`;
}

/** The topic of the readings (QUEUE_TOPIC). */
export const TOPIC = 'telemetry';
