/** What an error says; errors of Node's own modules need not be of the same realm, so `instanceof` does not tell. */
export function errorText(error: unknown): string {
  const { message } = (error ?? {}) as { readonly message?: unknown };
  return typeof message === 'string' && message !== '' ? message : String(error);
}

/** For example `ENOENT`. */
export function errorCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
