/** The loopback cluster cannot be started or used as asked: wrong use or a machine that does not allow it, not a finding. */
export class LoopbackError extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'LoopbackError';
  }
}
