/** RabbitMQ out of its Debian packages, with everything that it writes in one folder. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { tool } from '../../test/tools/obtain';
import type { Server } from '../load/contender';
import type { Cores } from '../load/cores';
import { cpuSecondsOf, startPinned, untilPrinted, type PinnedProcess } from '../load/process';
import { freePort, untilAccepts } from './port';
import { scratchFolder } from './service';

export async function rabbitmq({ server: core }: Cores): Promise<Server> {
  const home = await tool('rabbitmq');
  const folder = scratchFolder('rabbitmq');
  const [port, distributionPort, epmdPort] = [await freePort(), await freePort(), await freePort()];
  const env = environment(home, folder, distributionPort, epmdPort);
  writeFileSync(
    join(folder, 'rabbitmq.conf'),
    `listeners.tcp.1 = 127.0.0.1:${port}\nlog.file = false\nlog.console = true\n`,
  );
  // Erlang would start one itself, and leave it behind.
  const epmd = startPinned(core, {
    program: join(home, 'bin', 'epmd'),
    args: ['-address', '127.0.0.1', '-port', String(epmdPort)],
  });
  const stops = [
    () => epmd.stop(),
    () => {
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  ];
  const stop = async (): Promise<void> => {
    for (const each of stops) await each();
  };
  try {
    await untilAccepts(epmd, epmdPort);
    const program = join(home, 'usr/lib/rabbitmq/lib', rabbitFolder(home), 'sbin', 'rabbitmq-server');
    const shell = startPinned(core, { program: 'sh', args: [program], env });
    stops.unshift(() => stopRabbit(shell, folder));
    await untilPrinted(shell, /Server startup complete/);
    const pid = pidOf(folder);
    return { process: { cpuS: () => cpuSecondsOf(pid) }, url: `amqp://127.0.0.1:${port}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function environment(
  home: string,
  folder: string,
  distributionPort: number,
  epmdPort: number,
): Record<string, string> {
  const erlang = join(home, 'usr/lib/erlang');
  const runtime = readdirSync(erlang).find((name) => name.startsWith('erts-')) ?? 'erts';
  for (const part of ['bin', 'mnesia', 'log']) mkdirSync(join(folder, part));
  writeFileSync(join(folder, 'no-variables'), '');
  const settings = `export ROOTDIR=${erlang} BINDIR=${join(erlang, runtime, 'bin')} EMU=beam PROGNAME=erl`;
  const start = `#!/bin/sh\n${settings}\nexec ${join(home, 'bin', 'erlexec')} "$@"\n`;
  writeFileSync(join(folder, 'bin', 'erl'), start, { mode: 0o755 });
  return {
    PATH: `${join(folder, 'bin')}:${process.env.PATH ?? ''}`,
    HOME: folder,
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: 'bench@localhost',
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'no-variables'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'no-plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    // One scheduler for one processor: several would take turns on it.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 -kernel inet_dist_use_interface {127,0,0,1}',
  };
}

function rabbitFolder(home: string): string {
  return readdirSync(join(home, 'usr/lib/rabbitmq/lib'))[0] ?? '';
}

function pidOf(folder: string): number {
  return Number(readFileSync(join(folder, 'pid'), 'utf8'));
}

/** The shell waits for Erlang, and passes no signal on. */
async function stopRabbit(shell: PinnedProcess, folder: string): Promise<void> {
  try {
    process.kill(pidOf(folder), 'SIGTERM');
  } catch {
    // It has not come so far, or has ended.
  }
  const deadline = Date.now() + 20_000;
  while (shell.child.exitCode === null && Date.now() < deadline) {
    await new Promise((done) => setTimeout(done, 50));
  }
  await shell.stop();
}
