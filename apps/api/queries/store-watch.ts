/** Whether the store answers: asked again and again, so that `/ready` need not wait for it. */
import type { TelemetryReader } from '../../shared/store/telemetry-store';

/** As often as the documented readiness probe looks. */
const INTERVAL_MS = 5000;
const TIMEOUT_MS = 4000;

export class StoreWatch {
  private fault: string | undefined = 'the store was not asked yet';
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  public constructor(
    private readonly reader: Pick<TelemetryReader, 'ping'>,
    private readonly intervalMs = INTERVAL_MS,
  ) {}

  public notReadyBecause(): readonly string[] {
    return this.fault === undefined ? [] : [this.fault];
  }

  /** Resolves after the first answer. */
  public async start(): Promise<void> {
    await this.look();
  }

  public stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private async look(): Promise<void> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const late = new Promise<never>((_resolve, reject) => {
      timeout.addEventListener('abort', () => {
        reject(new Error(`no answer within ${TIMEOUT_MS} ms`));
      });
    });
    try {
      await Promise.race([this.reader.ping(timeout), late]);
      this.fault = undefined;
    } catch (error) {
      this.fault = `the store: ${error instanceof Error ? error.message : String(error)}`;
    }
    late.catch(() => undefined);
    if (this.isStopped) return;
    this.timer = setTimeout(() => void this.look(), this.intervalMs).unref();
  }
}
