/** One request over TLS, to a door whose authority and name are not this machine's. */
import { request } from 'node:https';

export interface Door {
  /** E.g. `https://127.0.0.1:8427`. */
  readonly url: string;
  /** The authority by which the door is known. @default none: those that the system knows */
  readonly authority?: string;
  /** @default the host of the URL */
  readonly serverName?: string;
}

export interface HubRequest {
  readonly path: string;
  readonly method?: 'GET' | 'POST';
  readonly token?: string | undefined;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export function ask(
  { url, authority, serverName }: Door,
  { path, method, token, body }: HubRequest,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onward = request(
      `${url}${path}`,
      {
        method: method ?? 'GET',
        ...(authority !== undefined && { ca: authority }),
        ...(serverName !== undefined && { servername: serverName }),
        agent: false,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.once('end', () => {
          resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
        });
      },
    );
    onward.once('error', reject);
    onward.end(body);
  });
}
