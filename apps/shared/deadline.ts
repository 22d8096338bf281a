/**
 * A signal for one call: it fires after a time, or with the caller's own. `AbortSignal.any([signal, AbortSignal.timeout(…)])`
 * says the same, and on Node 20 never lets go of what it made from a signal that lives as long as the process.
 */
export class Deadline {
  public hasPassed = false;
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;

  public constructor(
    timeoutMs: number,
    private readonly outer: AbortSignal | undefined,
  ) {
    this.timer = setTimeout(() => {
      this.hasPassed = true;
      this.controller.abort(new DOMException(`no end within ${timeoutMs} ms`, 'TimeoutError'));
    }, timeoutMs);
    if (outer?.aborted === true) this.abort();
    else outer?.addEventListener('abort', this.abort);
  }

  public get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** The call is over; has to be said. */
  public end(): void {
    clearTimeout(this.timer);
    this.outer?.removeEventListener('abort', this.abort);
  }

  private readonly abort = (): void => {
    this.controller.abort(this.outer?.reason);
  };
}
