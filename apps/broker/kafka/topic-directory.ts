/** Which topics there are at Kafka, and with how many partitions. Asked anew for what is not known, and every few seconds. */
import type { KafkaCluster } from './cluster';

/** The names that the HTTP interface allows; others are somebody else's. */
const TOPIC_NAME = /^[a-z0-9][a-z0-9._-]{0,112}$/;
const REFRESH_MS = 5000;

export class TopicDirectory {
  private counts: ReadonlyMap<string, number> = new Map();
  private refreshing: Promise<void> | undefined;
  private readonly timer: NodeJS.Timeout;
  /** Why nobody knows; undefined while Kafka answers. */
  public trouble: string | undefined = 'Kafka has not answered yet';

  public constructor(
    private readonly cluster: Pick<KafkaCluster, 'topics'>,
    private readonly onChange: (counts: ReadonlyMap<string, number>) => void,
  ) {
    this.timer = setInterval(() => {
      this.refresh().catch(() => undefined);
    }, REFRESH_MS);
    this.timer.unref();
  }

  /** The number of partitions; undefined when there is no such topic. */
  public async partitionCount(topic: string): Promise<number | undefined> {
    if (!this.counts.has(topic)) await this.refresh();
    return this.counts.get(topic);
  }

  public async all(): Promise<ReadonlyMap<string, number>> {
    await this.refresh();
    return this.counts;
  }

  public refresh(): Promise<void> {
    this.refreshing ??= this.read().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  public close(): void {
    clearInterval(this.timer);
  }

  private async read(): Promise<void> {
    try {
      const topics = await this.cluster.topics();
      this.counts = new Map([...topics].filter(([name]) => TOPIC_NAME.test(name)).sort());
      this.trouble = undefined;
      this.onChange(this.counts);
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }
}
