/**
 * The five services, started and stopped together. Receivers start before those that send to them: the proxy is ready when
 * it has a broker, the streamer when it may publish. They stop so that each can finish what it has begun: nothing new
 * comes in, the collector stores and acknowledges what it received (through the proxy), and then the queue stops.
 */
import type { ServiceDefinition, ServiceName, ServiceProgram } from './service-definition';
import { ServiceProcess, type ServiceProcessOptions } from './service-process';

const START_ORDER: readonly ServiceName[] = ['broker', 'proxy', 'collector', 'api', 'streamer'];
const STOP_ORDER: readonly ServiceName[] = ['streamer', 'collector', 'proxy', 'broker', 'api'];

export interface LaptopOptions extends Pick<ServiceProcessOptions, 'report' | 'limits'> {
  readonly definitions: readonly ServiceDefinition[];
  readonly programOf: (name: ServiceName) => ServiceProgram;
  readonly logFileOf: (name: ServiceName) => string;
  /** What is being done now. */
  readonly progress: (text: string) => void;
}

export class Laptop {
  /** In the direction of the data. */
  public readonly services: readonly ServiceProcess[];

  public constructor(private readonly options: LaptopOptions) {
    const { definitions, programOf, logFileOf, report, limits } = options;
    this.services = definitions.map(
      (definition) =>
        new ServiceProcess(definition, {
          program: programOf(definition.name),
          logFile: logFileOf(definition.name),
          report,
          ...(limits === undefined ? {} : { limits }),
        }),
    );
  }

  /** @throws LaptopError when one of them does not become ready; the others run on until `stop` */
  public async start(signal?: AbortSignal): Promise<void> {
    const services = this.inOrder(START_ORDER);
    for (const [index, service] of services.entries()) {
      if (signal?.aborted === true) return;
      this.options.progress(`starting ${service.name} (${index + 1} of ${services.length})`);
      await service.start(signal);
    }
  }

  public async stop(): Promise<void> {
    for (const service of this.inOrder(STOP_ORDER)) {
      this.options.progress(`stopping ${service.name}`);
      await service.stop();
    }
  }

  private inOrder(order: readonly ServiceName[]): readonly ServiceProcess[] {
    return order.flatMap((name) => this.services.filter((service) => service.definition.name === name));
  }
}
