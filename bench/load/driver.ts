/**
 * The process that makes the load: `driver.ts <workload> <target as JSON>`, told what to do over Node's channel between
 * processes, one order at a time.
 */
import { atFixedRate, atFullSpeed } from './run';
import type { Target, Workload } from './workload';
import { WORKLOADS } from './workloads/index';

export type Order =
  | { readonly kind: 'full speed'; readonly seconds: number }
  | { readonly kind: 'fixed rate'; readonly seconds: number; readonly itemsPerS: number }
  | { readonly kind: 'clear' }
  | { readonly kind: 'stop' };

export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly reason: string };

async function main(name: string, target: Target): Promise<void> {
  const start = WORKLOADS[name];
  if (start === undefined)
    throw new Error(`bench: no workload ${name}; there are: ${Object.keys(WORKLOADS).join(', ')}`);
  const workload = await start(target);
  const obey = async (order: Order): Promise<void> => {
    if (order.kind === 'stop') {
      await workload.close?.();
      process.exit(0);
    }
    report({ kind: 'done', result: await carryOut(workload, order) });
  };
  process.on('message', (order: Order) => {
    obey(order).catch(fail);
  });
  // Whoever started it is gone.
  process.on('disconnect', () => process.exit(1));
  report({ kind: 'ready' });
}

async function carryOut(workload: Workload, order: Exclude<Order, { kind: 'stop' }>): Promise<unknown> {
  switch (order.kind) {
    case 'full speed':
      return atFullSpeed(workload, order.seconds);
    case 'fixed rate':
      return atFixedRate(workload, order.seconds, order.itemsPerS);
    case 'clear':
      await workload.clear?.();
      return undefined;
  }
}

function report(message: Report): void {
  process.send?.(message);
}

function fail(error: unknown): void {
  report({ kind: 'failed', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}

const [name = '', target = '{}'] = process.argv.slice(2);
main(name, JSON.parse(target) as Target).catch(fail);
