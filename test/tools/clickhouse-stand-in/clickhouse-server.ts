/** The stand-in's `clickhouse-server`: takes `--config-file=…` as the real one does. */
import { createServer as createTcpServer, type Server } from 'node:net';
import { parseArgs } from 'node:util';
import { Engine } from './engine';
import { createHttpServer, createMetricsServer } from './http-server';
import { serveNative } from './native-server';
import { readServerConfig, type ServerConfig } from './server-config';

/** Of one port. The server's own limit is 4096; nothing of ours comes near this one. */
const MAX_CONNECTIONS = 256;
const POLL_MS = 50;

/** Waits for the end of the process; rejects when it cannot start. */
export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { 'config-file': { type: 'string', short: 'C', default: '/etc/clickhouse-server/config.yaml' } },
  });
  const config = readServerConfig(values['config-file'], process.env);
  // Before the engine looks at its clock.
  process.env.TZ = config.timezone;
  const engine = new Engine(config);
  const servers = await listen(config, engine);
  log(
    `ready: ClickHouse stand-in, process ${process.pid}, chdb's engine ${engine.version} on ${config.dataPath}`,
  );
  const signal = await new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, resolve);
  });
  log(`stopping on ${String(signal)}, with ${engine.active} queries running`);
  for (const server of servers) server.close();
  const deadline = Date.now() + config.shutdownWaitMs;
  while (engine.active > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  engine.close();
  log('stopped');
  // Connections that are open have nothing running any more.
  process.exit(0);
}

async function listen(config: ServerConfig, engine: Engine): Promise<readonly Server[]> {
  const { users, timezone, nativePort, httpPort, metrics } = config;
  const native = () =>
    createTcpServer({ noDelay: true }, (socket) => {
      void serveNative(socket, { engine, users, timezone });
    });
  return [
    ...(nativePort === undefined ? [] : await listenOn(config, nativePort, native)),
    ...(httpPort === undefined
      ? []
      : await listenOn(config, httpPort, () => createHttpServer({ engine, users }))),
    ...(metrics === undefined
      ? []
      : await listenOn(config, metrics.port, () => createMetricsServer(engine, metrics.path))),
  ];
}

/** One server for each host. `::` takes the older addresses too, after which `0.0.0.0` is taken: hence `listen_try`. */
async function listenOn(
  { listenHosts, listenTry }: ServerConfig,
  port: number,
  create: () => Server,
): Promise<readonly Server[]> {
  const servers: Server[] = [];
  const failures: string[] = [];
  for (const host of listenHosts) {
    const server = create();
    server.maxConnections = MAX_CONNECTIONS;
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen({ host, port }, resolve);
      });
      servers.push(server);
    } catch (error) {
      failures.push(`${host}:${port}: ${String(error)}`);
      if (!listenTry) break;
    }
  }
  if (servers.length === 0 || (failures.length > 0 && !listenTry)) throw new Error(failures.join('; '));
  log(`listening on port ${port} of ${listenHosts.join(' and ')}`);
  return servers;
}

/** One object a line, as the server writes with `formatting: json`. */
function log(message: string): void {
  process.stdout.write(
    `${JSON.stringify({ date_time: new Date().toISOString(), level: 'Information', logger_name: 'clickhouse-stand-in', message })}\n`,
  );
}
