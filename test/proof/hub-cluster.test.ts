/**
 * `hub-infra` from its manifests alone, as processes behind its own NetworkPolicies [substitute: single node for
 * vminsert, vmselect and vmstorage]: two vmagents of other clusters write through its vmauth with the tokens that its
 * users have, it is asked by cluster; then every vmauth is away for a minute, and not one scrape is missing afterwards.
 * Grafana, kube-state-metrics and the node agents are left out, and nobody discovers anything, for there is no Kubernetes;
 * and it makes no backups, for there is no S3.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { complete } from '../../constructs/core/complete';
import { hub as hubOf } from '../../constructs/systems/hub-and-spoke';
import { HUB_INFRA } from '../../stacks/environments/hub-infra';
import { synthesise } from '../../stacks/synthesis';
import { proof } from '../tools/proof';
import { until } from './control-plane/until';
import { ask, type Answer } from './hub/ask';
import { Spoke } from './hub/spoke';
import { startEnvironment, type RunningEnvironment } from './local/hyperion-cluster';

const READY_MS = 2 * 60_000;
jest.setTimeout(READY_MS + 10_000);
const AWAY_MS = 60_000;
/** vmagent tries again after a second, then after twice as long each time, up to a minute; and then it catches up. */
const CAUGHT_UP_MS = 150_000;
const DOOR = 'monitoring/vmauth';
const DOOR_HOST = 'vmauth.monitoring.svc.cluster.local';
/** Where vmagent finds the authority of its own hub's door. */
const DOOR_AUTHORITY = /-remoteWrite\.tlsCAFile=([^,]+)/;

proof(
  ['sandbox', 'victoria-metrics', 'alertmanager'],
  'hub-infra on the loopback cluster [substitute: single node for the cluster]',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'hyperion-hub-'));
    const spokes = [new Spoke('dev'), new Spoke('prod')];
    let hub: RunningEnvironment;
    let authority: string;

    beforeAll(async () => {
      const platform = hubOf({ ...HUB_INFRA, metrics: { ...HUB_INFRA.metrics, backup: false } });
      complete(platform);
      hub = await startEnvironment('hub-infra', { objects: synthesise(platform).objects });
      await hub.whenReady({ timeoutMs: READY_MS });
      authority = authorityOfTheDoor();
      const caFile = join(folder, 'ca.crt');
      writeFileSync(caFile, authority);
      const { host, port } = hub.address(DOOR, 8427);
      for (const spoke of spokes) {
        await spoke.start({
          url: `https://${host}:${port}`,
          caFile,
          serverName: DOOR_HOST,
          secret: (name) => hub.secret(name),
        });
      }
    }, READY_MS + 60_000);
    afterAll(async () => {
      for (const spoke of spokes) await spoke.stop();
      await hub.stop();
      rmSync(folder, { recursive: true });
    });

    /** As the hub's own vmagent is given it. */
    function authorityOfTheDoor(): string {
      const agent = hub.plan.pods.find(({ workload }) => workload === 'vmagent');
      const [container] = agent?.containers ?? [];
      const path = container?.argv
        .map((arg) => DOOR_AUTHORITY.exec(arg)?.[1])
        .find((each) => each !== undefined);
      const mount = container?.mounts.find(({ path: mounted }) => path?.startsWith(`${mounted}/`) === true);
      const volume = agent?.volumes.find(({ name }) => name === mount?.volume);
      const file = volume?.kind === 'files' ? volume.files['ca.crt'] : undefined;
      if (file === undefined)
        throw new Error(`vmagent has no authority at ${path ?? '-remoteWrite.tlsCAFile'}`);
      return file.content;
    }

    function askDoor(path: string, token: string | undefined): Promise<Answer> {
      const { host, port } = hub.address(DOOR, 8427);
      return ask({ url: `https://${host}:${port}`, authority, serverName: DOOR_HOST }, { path, token });
    }

    /** The numbers of a cluster's scrapes that the store has, asked for as Grafana asks. */
    async function kept(cluster: string): Promise<ReadonlySet<number>> {
      const query = encodeURIComponent(`spoke_scrapes{cluster="${cluster}"}[1h]`);
      const { status, text } = await askDoor(
        `/api/v1/query?query=${query}`,
        hub.secret('vmauth-grafana-token'),
      );
      if (status !== 200) throw new Error(`${status}: ${text}`);
      const { data } = JSON.parse(text) as {
        data: { result: { metric: Record<string, string>; values: [number, string][] }[] };
      };
      for (const { metric } of data.result) {
        expect(metric).toMatchObject({ cluster, environment: cluster, job: 'target' });
      }
      return new Set(data.result.flatMap(({ values }) => values.map(([, value]) => Number(value))));
    }

    /** Scrapes up to these that are not in the store. */
    async function missing(last: ReadonlyMap<Spoke, number>): Promise<string[]> {
      const lost: string[] = [];
      for (const [{ name }, count] of last) {
        const there = await kept(name);
        for (let number = 1; number <= count; number += 1) {
          if (!there.has(number)) lost.push(`scrape ${number} of ${name}`);
        }
      }
      return lost;
    }

    async function waiting({ url }: Spoke): Promise<number> {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(/vmagent_remotewrite_pending_data_bytes\{[^}]*\} (\S+)/.exec(text)?.[1] ?? 'NaN');
    }

    const scraped = (): Map<Spoke, number> => new Map(spokes.map((spoke) => [spoke, spoke.scrapes]));

    test('what two clusters write is found by the name of each', async () => {
      await until('five scrapes of each', READY_MS, async () => {
        if (Math.min(...scraped().values()) < 5) return ['there were fewer'];
        return missing(new Map(spokes.map((spoke) => [spoke, 5])));
      });
      expect((await kept('staging')).size).toBe(0);
    });

    test('a token of a cluster reads nothing, and no token opens nothing', async () => {
      const query = '/api/v1/query?query=spoke_scrapes';
      // To vmauth a path that a user may not take is one that there is not.
      expect(await askDoor(query, hub.secret('vmauth-vmagent-dev-token'))).toMatchObject({ status: 400 });
      expect(await askDoor(query, undefined)).toMatchObject({ status: 401 });
    });

    test(
      'no scrape is missing after every vmauth was away for a minute',
      async () => {
        const before = scraped();
        await hub.hold(DOOR);
        await hub.kill(DOOR);
        await expect(askDoor('/health', undefined)).rejects.toThrow();
        await sleep(AWAY_MS);
        const back = scraped();
        // They went on; and what they scraped waited.
        for (const spoke of spokes) expect(await waiting(spoke)).toBeGreaterThan(0);
        await hub.release(DOOR);
        await hub.whenReady({ workloads: ['vmauth'], timeoutMs: READY_MS });
        for (const spoke of spokes) {
          expect((back.get(spoke) ?? 0) - (before.get(spoke) ?? 0)).toBeGreaterThan(AWAY_MS / 1000 / 2);
        }
        await until('every scrape', CAUGHT_UP_MS, () => missing(back));
        expect(await missing(back)).toEqual([]);
      },
      AWAY_MS + CAUGHT_UP_MS + 60_000,
    );
  },
);
