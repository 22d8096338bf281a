/**
 * Where generated secrets are kept between starts: one file that nobody but its owner can read.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
  constants,
} from 'node:fs';
import { join } from 'node:path';
import { formatProblem } from '../../../constructs/core/config-error';
import { fieldsAt } from '../../manifest-data';
import { OutputError } from '../../output-error';
import type { IssuedCertificate } from './certificates';

export interface KeptSecrets {
  /** By their names in the store. */
  readonly values: Readonly<Record<string, string>>;
  /** By `namespace/name` of their Secret. */
  readonly certificates: Readonly<Record<string, IssuedCertificate>>;
}

const FILE = 'secrets.json';
const FORMAT = 1;
const NOTHING: KeptSecrets = { values: {}, certificates: {} };
const CERTIFICATE_FIELDS = ['request', 'issuedBy', 'certificate', 'chain', 'authority', 'key'] as const;

/**
 * Nothing, when there is no file yet.
 * @throws OutputError for a file that others can read, that belongs to somebody else, or that is broken
 */
export function readSecretsFile(folder: string): KeptSecrets {
  const path = join(folder, FILE);
  let file: number;
  try {
    // A link could point anywhere; what it points to is not ours.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return NOTHING;
    throw refused(path, 'file', code, 'it is a file that can be read, and no link', REMOVE);
  }
  try {
    const { uid, mode } = fstatSync(file);
    const own = process.getuid?.() ?? uid;
    if (uid !== own) {
      throw refused(
        path,
        'owner',
        uid,
        `it belongs to the user who starts the cluster, who is ${own}`,
        REMOVE,
      );
    }
    if ((mode & 0o077) !== 0) {
      const found = `0${(mode & 0o777).toString(8)}`;
      throw refused(
        path,
        'mode',
        found,
        'nobody but its owner can read or write it',
        `${REMOVE}: others may have read it`,
      );
    }
    return parsed(path, readFileSync(file, 'utf8'));
  } finally {
    closeSync(file);
  }
}

const REMOVE = 'remove it, and secrets are made anew (stores that were kept know the old ones)';

/**
 * Leaves the file alone when nothing is new.
 * @throws OutputError when it cannot be written
 */
export function writeSecretsFile(folder: string, before: KeptSecrets, after: KeptSecrets): void {
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  const path = join(folder, FILE);
  const text = `${JSON.stringify({ format: FORMAT, ...after }, null, 2)}\n`;
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = openSync(unfinished, 'w', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw refused(path, 'file', code, 'generated secrets are kept here', 'give a folder that can be written');
  }
}

function parsed(path: string, text: string): KeptSecrets {
  const broken = (value: string): OutputError =>
    refused(path, 'content', value, 'it is what an earlier start wrote', REMOVE);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw broken('no JSON');
  }
  const { format } = fieldsAt(content);
  if (format !== FORMAT) throw broken(`format ${JSON.stringify(format)}`);
  const values = fieldsAt(content, 'values');
  const certificates = fieldsAt(content, 'certificates');
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'string' || value === '') throw broken(`values of which ${name} is no text`);
  }
  for (const [name, value] of Object.entries(certificates)) {
    const fields = fieldsAt(value);
    if (CERTIFICATE_FIELDS.some((field) => typeof fields[field] !== 'string')) {
      throw broken(`certificates of which ${name} is not whole`);
    }
  }
  return { values, certificates } as unknown as KeptSecrets;
}

function refused(path: string, property: string, value: unknown, rule: string, remedy: string): OutputError {
  return new OutputError(formatProblem({ path, property, value, rule, remedy }));
}
