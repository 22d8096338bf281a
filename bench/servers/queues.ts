/** The broker's peers, each as well set up for speed on one processor as its documentation says. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';

import { tool } from '../../test/tools/obtain';
import type { Server } from '../load/contender';
import type { Cores } from '../load/cores';
import { startPinned, type Command } from '../load/process';
import { freePort, untilAccepts } from './port';
import { scratchFolder } from './service';

/** Nothing is written to disk: memory against memory. */
export async function redis({ server }: Cores): Promise<Server> {
  const program = await tool('redis');
  return startPeer(server, 'redis', (folder, port) => ({
    program,
    args: [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      folder,
    ],
  }));
}

export async function nats({ server }: Cores): Promise<Server> {
  const program = await tool('nats');
  return startPeer(server, 'nats', (folder, port) => {
    const config = join(folder, 'nats.conf');
    writeFileSync(config, `host: 127.0.0.1\nport: ${port}\njetstream { store_dir: "${folder}" }\n`);
    return { program, args: ['-c', config], env: { GOMAXPROCS: '1' } };
  });
}

/** One process for both roles; 1 GiB and both compilers, unlike the tests' short runs. */
export async function kafka({ server }: Cores): Promise<Server> {
  const home = await tool('kafka');
  const folder = scratchFolder('kafka');
  const [port, controllerPort] = [await freePort(), await freePort()];
  const config = join(folder, 'server.properties');
  writeFileSync(
    config,
    `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=CONTROLLERS://127.0.0.1:${controllerPort},CLIENTS://127.0.0.1:${port}
advertised.listeners=CLIENTS://127.0.0.1:${port}
listener.security.protocol.map=CONTROLLERS:PLAINTEXT,CLIENTS:PLAINTEXT
controller.listener.names=CONTROLLERS
inter.broker.listener.name=CLIENTS
log.dirs=${join(folder, 'data')}
num.network.threads=1
num.io.threads=2
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
`,
  );
  const env = {
    KAFKA_HEAP_OPTS: '-Xms1g -Xmx1g -XX:TieredStopAtLevel=4',
    KAFKA_LOG4J_OPTS: '-Dlog4j2.level=INFO',
  };
  const formatted = spawnSync(
    join(home, 'bin', 'kafka-storage.sh'),
    ['format', '--cluster-id=YmVuY2htYXJrLWNsdXN0ZQ', `--config=${config}`],
    { encoding: 'utf8' },
  );
  if (formatted.status !== 0) throw new Error(`bench: Kafka: format failed: ${formatted.stderr}`);
  const program = join(home, 'bin', 'kafka-server-start.sh');
  const started = startPinned(server, { program, args: [config], cwd: folder, env });
  await untilAccepts(started, port);
  return {
    process: started,
    url: `kafka://127.0.0.1:${port}`,
    stop: async () => {
      await started.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Its configuration comes as properties of Java; both compilers, unlike the tests' short runs. */
export async function elasticmq({ server }: Cores): Promise<Server> {
  const program = await tool('elasticmq');
  return startPeer(server, 'http', (_folder, port) => {
    const properties = [
      ...['-Drest-stats.enabled=false', '-Drest-sqs.bind-hostname=127.0.0.1', `-Drest-sqs.bind-port=${port}`],
      `-Dnode-address.port=${port}`,
    ];
    const heap = ['-Xms1g', '-Xmx1g', '-XX:TieredStopAtLevel=4'];
    return { program, args: [], env: { KAFKA_HEAP_OPTS: [...heap, ...properties].join(' ') } };
  });
}

async function startPeer(
  core: number,
  name: string,
  command: (folder: string, port: number) => Command,
): Promise<Server> {
  const folder = scratchFolder(name);
  const port = await freePort();
  const started = startPinned(core, command(folder, port));
  await untilAccepts(started, port);
  return {
    process: started,
    url: `${name}://127.0.0.1:${port}`,
    stop: async () => {
      await started.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
