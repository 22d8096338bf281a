/** The one shape of this folder's errors: which tool, what happened, what to do about it. */
export class ToolError extends Error {
  override readonly name = 'ToolError';

  constructor(where: string, what: string, remedy: string) {
    super(`${where}: ${what}\n  remedy: ${remedy}`);
  }
}
