/** A real InfluxDB that answers 500, hangs and is not there, in turns, while rows flow: none is lost, none comes twice. */
import { setTimeout as sleep } from 'node:timers/promises';

import { proof } from '../tools/proof';
import { InfluxServer, ORG, TOKEN as INFLUX_TOKEN } from './stores/influxdb-server';
import { FaultGateway, type Fault } from './telemetry/fault-gateway';
import { TelemetryStack, TOKEN } from './telemetry/telemetry-stack';

const LIMIT_MS = 10 * 60_000;
const ROWS = 50_000;
const FAULTS: readonly Fault[] = ['error', 'hang', 'refuse'];
const TURNS = 2;

proof(['influxdb'], 'A store that fails', () => {
  let influx: InfluxServer;
  let gateway: FaultGateway;
  let stack: TelemetryStack | undefined;

  beforeAll(async () => {
    influx = await InfluxServer.start();
    gateway = new FaultGateway(influx.url);
    await gateway.behave('none');
  }, LIMIT_MS);

  afterAll(async () => {
    await stack?.close();
    await gateway.close();
    await influx.stop();
  }, LIMIT_MS);

  test(
    'rows wait in the queue meanwhile, the breaker opens, and each row is in InfluxDB once',
    async () => {
      const store = {
        STORE: 'influxdb',
        STORE_TIMEOUT: '1s',
        INFLUXDB_TOKEN: INFLUX_TOKEN,
        INFLUXDB_ORG: ORG,
        INFLUXDB_BUCKET: await influx.newBucket(),
      };
      stack = await TelemetryStack.prepare({
        rows: ROWS,
        environment: {
          broker: { VISIBILITY_TIMEOUT: '5s' },
          // It writes through the gateway; the API reads from InfluxDB itself.
          collector: { ...store, INFLUXDB_URL: gateway.url, COLLECTOR_BREAKER_FAILURES: '3' },
          api: { ...store, INFLUXDB_URL: influx.url },
          streamer: { STREAMER_PACE: 'rate', STREAMER_RATE: '2500' },
        },
      });
      const all = stack;
      await all.start();
      for (let turn = 0; turn < TURNS; turn += 1) {
        for (const fault of FAULTS) {
          await gateway.behave(fault);
          await all.until(`the breaker is open (${fault})`, async () =>
            (await breaker(all)) === 'open' ? true : undefined,
          );
          await gateway.behave('none');
          await all.until(`the breaker is closed after ${fault}`, async () =>
            (await breaker(all)) === 'closed' ? true : undefined,
          );
          await sleep(500);
        }
      }
      for (const fault of ['error', 'hang'] as const) expect(gateway.met[fault]).toBeGreaterThan(0);
      expect(await all.untilRead()).toEqual({ read: ROWS, published: ROWS, rejected: 0 });
      await all.untilConsumed();
      expect(await all.ledger('a store with faults')).toMatchObject({
        due: ROWS,
        stored: ROWS,
        missing: 0,
        duplicated: 0,
        unexpected: 0,
      });
      // No outage of a store makes dead letters of good messages.
      expect(await all.depth('telemetry.dead-letters')).toBe(0);
    },
    LIMIT_MS,
  );
});

async function breaker(stack: TelemetryStack): Promise<string> {
  const answer = await fetch(`${stack.get('collector').url}/status`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  const { breaker: state } = (await answer.json()) as { breaker: string };
  return state;
}
