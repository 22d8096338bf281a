/**
 * The last readings, each with a number. Bounded in number and in bytes: the oldest go.
 */
export interface LiveEvent {
  readonly metric: string;
  readonly uuid: string | undefined;
  /** The reading as JSON: no line break in it. */
  readonly body: string;
}

export class EventRing {
  private readonly events: (LiveEvent | undefined)[];
  private bytes = 0;
  /** The number of the oldest one that is held. */
  public first = 1;
  /** The number of the next one. */
  public next = 1;

  public constructor(
    private readonly maxEvents: number,
    private readonly maxBytes: number,
  ) {
    this.events = new Array<LiveEvent | undefined>(maxEvents);
  }

  public push(event: LiveEvent): void {
    while (this.next - this.first >= this.maxEvents) this.dropFirst();
    this.events[this.next % this.maxEvents] = event;
    this.next += 1;
    this.bytes += event.body.length;
    while (this.bytes > this.maxBytes) this.dropFirst();
  }

  public get(id: number): LiveEvent | undefined {
    return id >= this.first && id < this.next ? this.events[id % this.maxEvents] : undefined;
  }

  private dropFirst(): void {
    const slot = this.first % this.maxEvents;
    this.bytes -= this.events[slot]?.body.length ?? 0;
    this.events[slot] = undefined;
    this.first += 1;
  }
}
