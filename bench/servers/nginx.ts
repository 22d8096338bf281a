/** nginx: what answers without looking, to show how much load the driver can make; and a proxy. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { tool } from '../../test/tools/obtain';
import type { Server } from '../load/contender';
import { startPinned } from '../load/process';
import { MESSAGE } from '../load/workload';
import { freePort, untilAccepts } from './port';
import { scratchFolder } from './service';

/** Answers every request of a queue's client at once: publications with 202, `receive` with as many messages as a batch has. */
export async function startNullServer(core: number, messagesReceived: number): Promise<Server> {
  const messages = Array.from({ length: messagesReceived }, (_, number) => ({
    receipt: `0123456789-${number}`,
    body: MESSAGE,
  }));
  return startNginx(core, (folder) => {
    writeFileSync(join(folder, 'html', 'receive.json'), JSON.stringify({ messages }));
    return `
      location = /topics/bench/receive { error_page 404 405 =200 /receive.json; }
      location = /topics/bench/acknowledge { return 200 '{"done":${messagesReceived}}'; }
      location = /receive.json { }
      location = /ready { return 200 '{"status":"ok","reasons":[]}'; }
      location / { return 202 '{"accepted":1,"ranges":[{"partition":0,"firstOffset":123456,"count":1}]}'; }`;
  });
}

/** Set as its documentation advises for an upstream over HTTP/1.1: connections are kept. */
export async function startNginxProxy(core: number, upstream: string): Promise<Server> {
  return startNginx(
    core,
    () => 'location / { proxy_pass http://brokers; proxy_http_version 1.1; proxy_set_header Connection ""; }',
    `upstream brokers { server ${new URL(upstream).host}; keepalive 64; keepalive_requests 100000000; }`,
  );
}

async function startNginx(
  core: number,
  locations: (folder: string) => string,
  upstream = '',
): Promise<Server> {
  const folder = scratchFolder('nginx');
  const port = await freePort();
  for (const part of ['html', 'temp']) mkdirSync(join(folder, part));
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${join(folder, 'temp', kind)};`,
  );
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `daemon off; master_process off; pid ${join(folder, 'pid')}; error_log ${join(folder, 'errors')} crit;
    events { worker_connections 1024; }
    http {
      access_log off; keepalive_requests 100000000; default_type application/json; client_body_buffer_size 1m;
      client_max_body_size 16m; root ${join(folder, 'html')}; open_file_cache max=10; ${temp.join(' ')}
      ${upstream}
      server { listen 127.0.0.1:${port}; ${locations(folder)} }
    }`,
  );
  const program = await tool('nginx');
  const started = startPinned(core, {
    program,
    args: ['-c', config, '-p', folder, '-e', join(folder, 'errors')],
  });
  await untilAccepts(started, port);
  return {
    process: started,
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      await started.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
