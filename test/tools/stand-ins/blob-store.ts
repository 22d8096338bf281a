/**
 * Stands in for Azure Blob Storage: Microsoft's emulator Azurite with TLS and bearer tokens on the port of the real
 * thing, and the containers that the environment's components name. `BLOB_CONTAINERS`: `account/container,…`.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const {
  BLOB_CONTAINERS: wanted = '',
  BLOB_SUFFIX: suffix = '',
  TLS_DIR: tlsDir = '',
  DATA_DIR: dataDir = '',
} = process.env;
const azurite = process.argv[2] ?? '';
const START_ATTEMPTS = 240;
const PAUSE_MS = 250;
const REQUEST_TIMEOUT_MS = 5_000;

const containers = wanted.split(',').map((entry) => {
  const [account = '', container = ''] = entry.split('/');
  return { account, container };
});
// Nobody logs in by key; Azurite wants one for each account.
const accounts = [...new Set(containers.map(({ account }) => account))]
  .map((account) => `${account}:${randomBytes(32).toString('base64')}`)
  .join(';');

const child = spawn(
  process.execPath,
  [
    azurite,
    ...['--blobHost', '0.0.0.0', '--blobPort', '443', '--location', dataDir],
    ...['--cert', `${tlsDir}/tls.crt`, '--key', `${tlsDir}/tls.key`, '--oauth', 'basic'],
    // Components speak newer versions of the API than it knows by name.
    ...['--skipApiVersionCheck', '--disableTelemetry', '--silent'],
  ],
  { env: { ...process.env, AZURITE_ACCOUNTS: accounts }, stdio: 'inherit' },
);
child.once('exit', (code) => {
  process.exit(code ?? 1);
});
process.on('SIGTERM', () => {
  child.kill('SIGTERM');
});

/** Azurite reads a token's claims and does not check its signature. */
function bearer(account: string): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: `https://${account}.${suffix}`,
    iss: 'https://sts.windows.net/00000000-0000-0000-0000-000000000000/',
    nbf: now - 60,
    iat: now - 60,
    exp: now + 300,
  };
  const parts = [{ typ: 'JWT', alg: 'HS256' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return `Bearer ${parts.join('.')}.${randomBytes(32).toString('base64url')}`;
}

/** Undefined once the container is there, else why it is not. */
async function create(account: string, container: string): Promise<string | undefined> {
  try {
    const { status } = await fetch(`https://${account}.${suffix}/${container}?restype=container`, {
      method: 'PUT',
      headers: { authorization: bearer(account), 'x-ms-version': '2021-10-04', 'content-length': '0' },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    // 409: there since an earlier start.
    return status === 201 || status === 409 ? undefined : `status ${status}`;
  } catch (error) {
    return String(error instanceof Error ? (error.cause ?? error) : error);
  }
}

async function createAll(): Promise<void> {
  for (const { account, container } of containers) {
    for (let attempt = 1; ; attempt += 1) {
      const trouble = await create(account, container);
      if (trouble === undefined) break;
      if (attempt === START_ATTEMPTS)
        throw new Error(`${account}/${container} could not be made: ${trouble}`);
      await sleep(PAUSE_MS);
    }
    console.log(`container ${account}/${container} is there`);
  }
}

createAll().catch((error: unknown) => {
  console.error(error);
  child.kill('SIGKILL');
});
