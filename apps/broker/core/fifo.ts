/** A first-in, first-out queue. `shift` of an array moves all others from some thousand entries on; this does not. */
export class Fifo<T> {
  private items: T[] = [];
  // Invariant: 0 <= head <= items.length; what stands before `head` has been taken.
  private head = 0;

  public get length(): number {
    return this.items.length - this.head;
  }

  public push(item: T): void {
    this.items.push(item);
  }

  public shift(): T | undefined {
    if (this.head === this.items.length) return undefined;
    const item = this.items[this.head];
    // A taken entry must not keep its message alive.
    (this.items as (T | undefined)[])[this.head] = undefined;
    this.head += 1;
    if (this.head >= 1024 && this.head * 2 >= this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }

  public toArray(): T[] {
    return this.items.slice(this.head);
  }
}
