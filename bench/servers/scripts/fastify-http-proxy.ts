/** The usual proxy of a Node service: `fastify-http-proxy.ts <upstream>`. */
import { loadPeer } from '../../load/peer';

interface App {
  register(plugin: unknown, options: object): unknown;
  listen(options: object): Promise<string>;
}

const [upstream] = process.argv.slice(2);
const fastify = loadPeer('fastify') as (options: object) => App;
const app = fastify({});
// As many connections as the project's proxy has.
app.register(loadPeer('@fastify/http-proxy'), { upstream, undici: { connections: 64, pipelining: 1 } });
void app.listen({ host: '127.0.0.1', port: 0 }).then((url) => {
  process.stdout.write(`listening at ${url}\n`);
});
