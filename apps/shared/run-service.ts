/**
 * The life of a service's process: settings, start, signals, an orderly end.
 */
import type { Socket } from 'node:net';

import { EnvironmentError } from './environment';
import type { HttpApp, ServiceSettings } from './http-app';

export interface ServiceDefinition<S> {
  readonly name: string;
  readonly readSettings: (environment: Readonly<Record<string, string | undefined>>) => S;
  readonly createApp: (settings: S) => Promise<HttpApp>;
}

/** EX_CONFIG of sysexits.h: starting it again without a change is of no use. */
const EXIT_CONFIG = 78;
const EXIT_FAILURE = 1;
const SWEEP_MS = 100;

/**
 * SIGTERM and SIGINT stop it: no new connections, long polls end, requests under way have STOP_TIMEOUT, then what has to
 * be kept is kept. The exit code is 0 when that worked. A second signal ends it at once.
 */
export async function runService<S extends ServiceSettings>(definition: ServiceDefinition<S>): Promise<void> {
  const settings = settingsOrExit(definition);
  const app = await definition.createApp(settings).catch((error: unknown) => {
    process.stderr.write(`${definition.name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(EXIT_FAILURE);
  });
  const silent = silentConnections(app);
  try {
    await app.listen({ host: settings.LISTEN_HOST, port: settings.LISTEN_PORT });
  } catch (error) {
    await app.close();
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!taken) throw error;
    process.stderr.write(
      `${definition.name}: ${settings.LISTEN_HOST}:${settings.LISTEN_PORT} is taken\n` +
        '  remedy: stop the other program, or set LISTEN_PORT to another port\n',
    );
    process.exit(EXIT_FAILURE);
  }
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(EXIT_FAILURE);
    stopping = true;
    app.log.info({ signal }, `${definition.name} stops`);
    void stopApp(app, silent, settings.STOP_TIMEOUT).then((code) => process.exit(code));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** Connections on which nothing was ever said: clients open them ahead. For Node they are not idle, so it lets them be. */
function silentConnections(app: HttpApp): () => readonly Socket[] {
  const open = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return () => [...open].filter(({ bytesRead }) => bytesRead === 0);
}

async function stopApp(app: HttpApp, silent: () => readonly Socket[], timeoutMs: number): Promise<number> {
  const deadline = setTimeout(() => {
    app.log.warn({ timeoutMs }, 'requests are cut off: they did not end in time');
    app.server.closeAllConnections();
  }, timeoutMs);
  // A connection whose last answer goes out after the close began stays open until its client closes it.
  const sweep = setInterval(() => {
    app.server.closeIdleConnections();
    for (const socket of silent()) socket.destroy();
  }, SWEEP_MS);
  try {
    await app.close();
    return 0;
  } catch (error) {
    app.log.error({ err: error }, 'the end was not orderly');
    return EXIT_FAILURE;
  } finally {
    clearTimeout(deadline);
    clearInterval(sweep);
  }
}

function settingsOrExit<S>(definition: ServiceDefinition<S>): S {
  try {
    return definition.readSettings(process.env);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    process.stderr.write(`${definition.name}: the settings are wrong\n${error.message}\n`);
    process.exit(EXIT_CONFIG);
  }
}
