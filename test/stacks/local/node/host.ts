/**
 * A process that runs the shop, for tests that end it or that run it as somebody else:
 * `node -r ts-node/register host.ts <folder> <bwrap> <nft> <second byte of the loopback addresses>`. When all is ready it
 * prints one line: the answer of the web Service, and the machine's ids of all processes of the cluster.
 */
import { LoopbackCluster } from '../../../../stacks/local/loopback-cluster';
import { shop, WORKLOADS } from './shop';

async function main(): Promise<void> {
  const [dir, bwrap, nft, loopback] = process.argv.slice(2);
  if (dir === undefined || bwrap === undefined || nft === undefined) throw new Error('folder, bwrap and nft');
  const cluster = await LoopbackCluster.start({
    ...{ plan: shop(Number(loopback)), dir, sandbox: { bwrap, nft } },
    expose: [{ host: '127.0.0.1', port: 0, namespace: 'shop', service: 'store', servicePort: 80 }],
  });
  try {
    await cluster.whenReady({ workloads: WORKLOADS, timeoutMs: 120_000 });
    const { host, port } = cluster.address('web', 80);
    const answer = await (await fetch(`http://${host}:${port}/`)).text();
    const identity = await cluster.exec('client-0', ['/usr/bin/id', '-u']);
    const between = await cluster.exec('client-0', ['/usr/bin/getent', 'hosts', 'web']);
    const pids = (await cluster.pods()).flatMap(({ containers }) =>
      containers.flatMap(({ pid }) => pid ?? []),
    );
    const found = { answer, user: identity.stdout.trim(), resolved: between.stdout.split(' ')[0], pids };
    process.stdout.write(`${JSON.stringify(found)}\n`);
    await new Promise((resolve) => process.stdin.once('end', resolve).resume());
  } finally {
    await cluster.stop();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
