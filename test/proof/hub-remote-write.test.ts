/**
 * Two real vmagents with different cluster labels write over TLS through a real vmauth with the rendered users into a real
 * VictoriaMetrics [substitute: single node for vminsert, vmselect and vmstorage]; it is asked by cluster through vmauth.
 * Then vmauth is away for a minute while the agents go on scraping: afterwards not one scrape's sample is missing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { proof } from '../tools/proof';
import { until } from './control-plane/until';
import { HubDoor } from './hub/hub-door';
import { hub } from './hub/hub-platform';
import { MetricsNode } from './hub/metrics-node';
import { valueOf } from './hub/rendered-container';
import { Spoke } from './hub/spoke';

const AWAY_MS = 60_000;
/** vmagent tries again after a second, then after twice as long each time, up to a minute; and then it catches up. */
const CAUGHT_UP_MS = 150_000;

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [time: number, value: string])[];
}

proof(['victoria-metrics'], 'Remote write to the hub [substitute: single node for the cluster]', () => {
  const node = new MetricsNode();
  const door = new HubDoor();
  const spokes = [new Spoke('dev'), new Spoke('prod')];

  beforeAll(async () => {
    await node.start();
    await door.start(hub(), node.behind);
    for (const spoke of spokes) await spoke.start(door);
  }, 60_000);
  afterAll(async () => {
    for (const spoke of spokes) await spoke.stop();
    await door.stop();
    await node.stop();
  });

  /** As Grafana asks: every raw sample of one cluster. */
  async function samplesOf(cluster: string): Promise<readonly Series[]> {
    const query = encodeURIComponent(`spoke_scrapes{cluster="${cluster}"}[1h]`);
    const { status, text } = await door.ask({
      path: `/api/v1/query?query=${query}`,
      token: valueOf('vmauth-grafana-token'),
    });
    if (status !== 200) throw new Error(`${status}: ${text}`);
    return (JSON.parse(text) as { data: { result: readonly Series[] } }).data.result;
  }

  /** Numbers from 1 to `last` of which the store has no sample. */
  async function missing({ name }: Spoke, last: number): Promise<string[]> {
    const series = await samplesOf(name);
    const kept = new Set(series.flatMap(({ values }) => values.map(([, value]) => Number(value))));
    return Array.from({ length: last }, (_, index) => index + 1)
      .filter((number) => !kept.has(number))
      .map((number) => `scrape ${number} of ${name}`);
  }

  async function allMissing(last: ReadonlyMap<Spoke, number>): Promise<string[]> {
    return (await Promise.all([...last].map(([spoke, number]) => missing(spoke, number)))).flat();
  }

  function scraped(): Map<Spoke, number> {
    return new Map(spokes.map((spoke) => [spoke, spoke.scrapes]));
  }

  async function waiting({ url }: Spoke): Promise<number> {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(/vmagent_remotewrite_pending_data_bytes\{[^}]*\} (\S+)/.exec(text)?.[1] ?? 'NaN');
  }

  it('keeps the clusters apart by their labels', async () => {
    await until('five scrapes of each cluster', 60_000, async () => {
      const last = scraped();
      if (Math.min(...last.values()) < 5) return ['scrapes'];
      return allMissing(new Map(spokes.map((spoke) => [spoke, 5])));
    });
    for (const { name } of spokes) {
      const series = await samplesOf(name);
      expect(series.map(({ metric }) => metric)).toEqual([
        expect.objectContaining({
          __name__: 'spoke_scrapes',
          cluster: name,
          environment: name,
          job: 'target',
        }),
      ]);
    }
  }, 70_000);

  it('lets no cluster read, not even what it wrote', async () => {
    const token = valueOf('vmauth-vmagent-dev-token');
    const { status } = await door.ask({ path: '/api/v1/query?query=spoke_scrapes', token });
    expect(status).toBe(400);
  });

  it(
    'has no gap after the door was away for a minute',
    async () => {
      const before = scraped();
      await door.close();
      await sleep(AWAY_MS);
      const queued = await Promise.all(spokes.map(waiting));
      const back = scraped();
      await door.open();
      for (const spoke of spokes) {
        // They went on; and what they scraped waited.
        expect((back.get(spoke) ?? 0) - (before.get(spoke) ?? 0)).toBeGreaterThan(AWAY_MS / 1000 / 2);
      }
      expect(Math.min(...queued)).toBeGreaterThan(0);
      await until('every scrape’s sample', CAUGHT_UP_MS, () => allMissing(back));
      expect(await allMissing(back)).toEqual([]);
      for (const { name } of spokes) expect(await samplesOf(name)).toHaveLength(1);
    },
    AWAY_MS + CAUGHT_UP_MS + 30_000,
  );
});
