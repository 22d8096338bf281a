/** Files or folders that cannot be read or written as asked: wrong use, not a finding. */
export class OutputError extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'OutputError';
  }
}
