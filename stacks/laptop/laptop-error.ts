/** `telemetry-local` cannot be started, or did not do what it had to. */
export class LaptopError extends Error {
  public constructor(
    message: string,
    /** 2: whoever called it can mend that (a taken port, a folder in use); 1: a service did not do its part. */
    public readonly exitCode: 1 | 2,
  ) {
    super(message);
    this.name = 'LaptopError';
  }
}
