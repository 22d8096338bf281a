/**
 * What a partition needs of its storage: an append-only log that is read once, in order, and that forgets messages which
 * are settled. `storage/segment-log.ts` is the one there is.
 */
import type { Message } from './message';

/** Where a message lies, so that its room can be freed when it is settled. Opaque to the partition. */
export interface Home {
  readonly id: number;
  /** Unsettled messages that have their place here. */
  readonly live: number;
}

export interface Stored {
  readonly message: Message;
  readonly home: Home;
}

export interface PartitionLog {
  /** Unsettled messages that are on disk and were neither read nor taken. */
  readonly backlog: number;
  /** Why nothing can be written or read any more; undefined while it can. */
  readonly stoppedBecause: string | undefined;

  /** Offsets that nobody had before; gives the first. */
  allocate(count: number): number;
  /** These messages stay in memory alone. */
  bypass(first: number, count: number): void;
  /**
   * Resolves when the messages are as durable as the log was told to make them; calls resolve in the order in which they
   * were made. `take` is called just before, when nothing older is unread: true says that the partition has them in
   * memory, and they need not be read. Rejects with `LogFullError`, then nothing was kept, or with `LogStoppedError`, then
   * nobody knows.
   */
  append(messages: readonly Message[], take: (home: Home) => boolean): Promise<void>;
  /**
   * Hands the next messages to `take`, in order: at least one, if any is left, and no more than fit. In the same moment
   * they leave the backlog, so that nothing younger can be taken in between.
   */
  read(maxCount: number, maxBytes: number, take: (found: readonly Stored[]) => void): Promise<void>;
  /** This message need never be handed out again. Written with the next write, at the latest with the next `flush`. */
  settle(offset: number, home: Home): void;
  /** Writes what waits to be written, and frees segments in which nothing is left. */
  flush(): Promise<void>;
  /** The oldest place, when little is left in it and it keeps others from being freed. */
  wornOut(): Home | undefined;
  /**
   * Writes messages of one home again, at the end. `moved` runs when that is safe: it gives them the new home, except
   * those that are settled by then, and says how many it gave it to.
   */
  rewrite(from: Home, messages: readonly Message[], moved: (home: Home) => number): Promise<void>;
  /** Puts what is held in memory when all is written before everything else, and closes. */
  close(held: () => readonly Message[]): Promise<void>;
}

/** There is no room on disk. Later there may be. */
export class LogFullError extends Error {
  public constructor(detail: string) {
    super(detail);
    this.name = 'LogFullError';
  }
}

/** The disk failed. Nothing is written any more until the process starts anew. */
export class LogStoppedError extends Error {
  public constructor(detail: string) {
    super(detail);
    this.name = 'LogStoppedError';
  }
}
