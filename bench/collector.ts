/** The collector: readings to lines. */
import { measureRows } from './lazy-row';
import type { Row } from './row';
import { BUILD } from './servers/service';

export function collectorRows(): AsyncGenerator<Row> {
  return measureRows([
    {
      head: {
        id: 'collector-lines',
        title: 'line protocol of readings ÷ `Point` of `@influxdata/influxdb-client`',
        goal: { atLeast: 3 },
      },
      rest: () => ({
        items: 'readings',
        a: { program: 'collector’s encoder', workload: 'line-protocol', target: { build: BUILD } },
        b: { program: 'influxdb-client 1.35', workload: 'line-protocol-influxdb-client' },
        withLatency: false,
        note: 'batches of 5,000 readings with seven tags, one of which has a space; to bytes, in one process.',
      }),
    },
  ]);
}
