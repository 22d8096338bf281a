/** What the API server answered instead of doing what it was asked. */
export class ApiError extends Error {
  /** @param answer the server's own words */
  public constructor(
    request: string,
    public readonly status: number,
    public readonly answer: string,
  ) {
    super(`${request}: ${status} ${answer}`);
    this.name = 'ApiError';
  }
}
