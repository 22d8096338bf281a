/** The file of the keys: `{ "keys": [StoredKey…] }`, replaced as a whole, so that whoever reads it sees the old one or the new. */
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

import type { StoredKey } from './api-key';

/** A digest, a name and a few times: a thousand of them are read in a millisecond. */
export const MAX_KEYS = 1000;
export const MAX_KEY_NAME_CHARS = 100;

const Instant = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,3})?Z$' });

const KeyFile = Type.Object(
  {
    keys: Type.Array(
      Type.Object(
        {
          id: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }),
          name: Type.String({ minLength: 1, maxLength: MAX_KEY_NAME_CHARS }),
          role: Type.Union([Type.Literal('read'), Type.Literal('admin')]),
          sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
          createdAt: Instant,
          expiresAt: Type.Optional(Instant),
          revokedAt: Type.Optional(Instant),
        },
        { additionalProperties: false },
      ),
      { maxItems: MAX_KEYS },
    ),
  },
  { additionalProperties: false },
);

/** The keys, or undefined when there is no file. Throws when it cannot be read or is not as it should be. */
export async function readKeyFile(path: string): Promise<readonly StoredKey[] | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw fault(path, 'is no JSON', { cause: error });
  }
  if (!Value.Check(KeyFile, content)) {
    const [first] = [...Value.Errors(KeyFile, content)];
    throw fault(path, `${first?.path ?? ''}: ${first?.message ?? ''}`);
  }
  const notTimes = content.keys
    .flatMap((key) => [key.createdAt, key.expiresAt, key.revokedAt])
    .filter((time) => time !== undefined && Number.isNaN(Date.parse(time)));
  if (notTimes.length > 0) throw fault(path, `${notTimes.join(', ')}: no time`);
  const ids = content.keys.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw fault(path, `two keys have the id ${twice}`);
  return content.keys;
}

export async function writeKeyFile(path: string, keys: readonly StoredKey[]): Promise<void> {
  await writePrivateFile(path, `${JSON.stringify({ keys }, undefined, 2)}\n`);
}

/** Mode 0600; the old content or the new is there, whatever happens. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.new`;
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
}

/** Changes whenever the file does; Kubernetes replaces a mounted Secret by changing a link. */
export async function versionOf(path: string): Promise<string> {
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true });
    return `${ino}:${mtimeNs}:${size}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'none';
    throw error;
  }
}

/** What the operating system says: ENOENT, EROFS. */
export function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

function fault(path: string, what: string, options?: ErrorOptions): Error {
  return new Error(
    `${path}: ${what}\n` +
      '  rule:   {"keys":[{"id","name","role":"read|admin","sha256","createdAt","expiresAt"?,"revokedAt"?}]}\n' +
      '  remedy: mend the file, or remove it and start anew',
    options,
  );
}
