/** The proxy against a general one of Node's, and against nginx. */
import type { Contender, Server } from './load/contender';
import type { Cores } from './load/cores';
import { measureRows } from './lazy-row';
import type { Row } from './row';
import { startNginxProxy, startNullServer } from './servers/nginx';
import { startScript, startService } from './servers/service';

const NOTE =
  'publishing 256 bytes a request over 32 connections; behind each proxy an nginx that answers at once, on the load’s core. ' +
  'That core may be the limit, so requests are counted per second of the proxy’s own processor time';

export function proxyRows(): AsyncGenerator<Row> {
  const a = contender('proxy', (cores, upstream) =>
    startService(cores, { name: 'proxy', variables: () => ({ PROXY_BROKERS: upstream }) }),
  );
  const common = {
    items: 'requests',
    compared: 'rate per processor second' as const,
    a,
    control: {
      program: 'the load alone (nginx answers at once)',
      workload: 'publish',
      server: ({ server }: Cores) => startNullServer(server, 0),
    },
    withLatency: true,
  };
  return measureRows([
    {
      head: { id: 'proxy-fastify', title: 'proxy ÷ `@fastify/http-proxy`', goal: { atLeast: 1.5 } },
      rest: () => ({
        ...common,
        b: contender('@fastify/http-proxy 11', ({ server }, upstream) =>
          startScript(server, 'fastify-http-proxy', [upstream]),
        ),
        note: `${NOTE}.`,
      }),
    },
    {
      head: { id: 'proxy-nginx', title: 'proxy ÷ nginx', goal: { atLeast: 0.25 } },
      rest: () => ({
        ...common,
        b: contender('nginx 1.22', ({ server }, upstream) => startNginxProxy(server, upstream)),
        note: `${NOTE}; nginx chooses no broker by key, and knows no health but failed requests.`,
      }),
    },
  ]);
}

function contender(program: string, start: (cores: Cores, upstream: string) => Promise<Server>): Contender {
  return {
    program,
    workload: 'publish',
    server: async (cores) => {
      const upstream = await startNullServer(cores.load, 0);
      try {
        const server = await start(cores, upstream.url);
        const stop = async (): Promise<void> => {
          await server.stop();
          await upstream.stop();
        };
        return { ...server, stop };
      } catch (error) {
        await upstream.stop();
        throw error;
      }
    },
  };
}
