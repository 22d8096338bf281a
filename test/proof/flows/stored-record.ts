/** What a reader found: a numbered record, and everything that the store has of it, for a search for what must not be there. */
export interface StoredRecord {
  readonly number: number;
  readonly content: string;
}

/** Which records to read: those of one run, within the times that it gave them. */
export interface Range {
  readonly run: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export async function getText(url: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(READ_TIMEOUT_MS) });
  const text = await response.text();
  if (!response.ok) throw new Error(`GET ${url}: ${response.status} ${text.slice(0, 500)}`);
  return text;
}

const READ_TIMEOUT_MS = 60_000;
