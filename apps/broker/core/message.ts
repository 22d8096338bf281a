/** What a producer gives. `key` chooses the partition; `headers` travel along; `body` is opaque text. */
export interface Draft {
  readonly key?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body: string;
}

/** A message with its place in a partition. Offsets rise; they need not be without gaps. */
export interface Message extends Draft {
  readonly offset: number;
  readonly publishedAtMs: number;
  /** How many times it has been delivered. */
  readonly attempts: number;
}

/** What a message costs in memory, near enough: its text, and the objects around it. */
export function memoryBytes(message: Draft): number {
  return message.body.length + (message.key?.length ?? 0) + 200;
}
