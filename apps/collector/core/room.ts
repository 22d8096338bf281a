/** How much may be held at a time: messages, reserved before they are received, and bytes, known only afterwards. */
export interface RoomLimits {
  readonly messages: number;
  readonly bytes: number;
}

interface Waiting {
  readonly count: number;
  readonly admit: () => void;
}

export class Room {
  private messages = 0;
  private bytes = 0;
  private readonly waiting: Waiting[] = [];

  public constructor(private readonly limits: RoomLimits) {}

  public get heldMessages(): number {
    return this.messages;
  }

  public get heldBytes(): number {
    return this.bytes;
  }

  /** Resolves when so many more messages may be received; who came first goes first. */
  public reserve(count: number): Promise<void> {
    if (count > this.limits.messages) throw new RangeError(`${count} messages never fit`);
    return new Promise((admit) => {
      this.waiting.push({ count, admit });
      this.admitAll();
    });
  }

  /** What came for a reservation: the rest of it is free again. */
  public settle(reserved: number, received: { readonly messages: number; readonly bytes: number }): void {
    this.bytes += received.bytes;
    this.release({ messages: reserved - received.messages, bytes: 0 });
  }

  public release({ messages, bytes }: { readonly messages: number; readonly bytes: number }): void {
    this.messages -= messages;
    this.bytes -= bytes;
    if (this.messages < 0 || this.bytes < 0) throw new Error('more was released than held');
    this.admitAll();
  }

  private admitAll(): void {
    for (let first = this.waiting[0]; first !== undefined; first = this.waiting[0]) {
      if (this.messages + first.count > this.limits.messages || this.bytes >= this.limits.bytes) return;
      this.waiting.shift();
      this.messages += first.count;
      first.admit();
    }
  }
}
