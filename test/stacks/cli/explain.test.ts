import { CATALOG } from '../../../constructs/core/catalog';
import { Terminal } from './terminal';

let terminal: Terminal;

beforeEach(() => {
  terminal = new Terminal();
});

afterEach(() => {
  terminal.close();
});

describe('hyperion explain', () => {
  test('a component in words', () => {
    const { code, out } = terminal.run(['explain', 'small-dev', 'store']);
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'store (store, namespace small, small-dev)',
        'Keeps logs',
        '',
        'runs',
        `  store: StatefulSet × 2, docker.io/grafana/loki:${CATALOG.loki.version}, AGPL-3.0, no end of life announced`,
        '',
        'takes',
        '  logs from collector: loki-http, port 3100, basic, disk queue of 1 × 1 GiB, refuses what does not fit (logs to the store)',
        '  queries from outside: loki-http, port 3100, no credential, synchronous (questions)',
        '',
        'guarantees',
        '  collector → store (logs): an outage of the receiver is survived for 17 min (declared: 10 min): collector disk queue: 1 × 1 GiB ÷ 1 MiB/s = 17 min; collector: nothing waits before it; its senders are refused and retry',
        '',
        'derived',
        "  retention = 168h, from the environment's decision",
        '',
      ].join('\n'),
    );
  });

  test('what it gives, as JSON', () => {
    const explanation = JSON.parse(
      terminal.run(['explain', 'small-dev', 'collector', '--json']).out,
    ) as Record<string, unknown>;
    expect(explanation.gives).toEqual([
      {
        peer: 'store/http',
        signals: ['logs'],
        protocol: 'loki-http',
        port: 3100,
        path: '',
        auth: 'basic',
        delivery: 'disk queue of 1 × 1 GiB, refuses what does not fit',
        purpose: 'logs to the store',
      },
    ]);
  });

  test('an unknown component', () => {
    expect(terminal.run(['explain', 'small-dev', 'stroe'])).toMatchObject({
      code: 2,
      err: 'hyperion: small-dev has no component "stroe". Did you mean "store"? It has: namespaces, store, collector\n',
    });
  });
});
