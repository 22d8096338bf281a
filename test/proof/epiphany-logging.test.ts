/**
 * What is portable of Epiphany's logging, against a real OpenSearch 3.1, for no registry has Elasticsearch: the setup task's
 * own script, the index template, lines as Filebeat writes them, searches as Kibana's saved ones; and Curator's actions, by
 * the real Curator 9.
 *
 * Not run: Elasticsearch's life cycles (OpenSearch has others), its users and roles, TLS, snapshots, Filebeat and Kibana
 * themselves. Changed for OpenSearch: the template without the life cycle, `flattened` under OpenSearch's name.
 */
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Size } from 'cdk8s';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';
import { RETENTION, logging } from '../constructs/store/elasticsearch-fixture';
import { MountedFiles, ended, type Ended } from './elasticsearch/mounted-files';
import { OpenSearchServer } from './elasticsearch/opensearch-server';

jest.setTimeout(300_000);

const TARGET = 'platform-logs';
const LINES = 2000;
const BATCH = 500;
/** With all that a password may hold and a shell may trip over. */
const LOGIN = { API_LOGIN: 'setup', API_PASSWORD: 'p"a\\s $w`o\'rd' };

interface Found {
  readonly hits: { readonly total: { readonly value: number }; readonly hits: { _source: object }[] };
}

/** A line of a container as Filebeat 9 sends it: its fields by ECS, and the rest of what it always adds. */
function line(number: number, dataset: string, message: string): object {
  return {
    '@timestamp': new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString(),
    message,
    stream: 'stdout',
    event: { dataset },
    host: { name: `node-${number % 3}` },
    input: { type: 'filestream' },
    agent: { name: `node-${number % 3}`, type: 'filebeat', version: '9.5.6', ephemeral_id: 'e', id: 'i' },
    ecs: { version: '8.0.0' },
    log: { offset: number * 100, file: { path: '/var/log/pods/a_b_c/d/0.log', fingerprint: 'f' } },
    kubernetes: {
      namespace: 'shop',
      pod: { name: `cart-${number % 5}`, uid: 'u' },
      container: { name: 'cart' },
      labels: { app: 'cart', [`label-${number}`]: 'x' },
    },
  };
}

/** As Filebeat's output writes: `create`, into the data stream or the alias, without an ID. */
function bulk(lines: readonly object[]): string {
  return lines.map((document) => `{"create":{}}\n${JSON.stringify(document)}\n`).join('');
}

proof(
  ['opensearch', 'curator'],
  'Epiphany logging, with OpenSearch 3.1 for the APIs of Elasticsearch',
  () => {
    let server: OpenSearchServer;
    const mounted: MountedFiles[] = [];
    beforeAll(async () => {
      server = await OpenSearchServer.start();
    });
    afterAll(async () => {
      for (const files of mounted) files.remove();
      await server.stop();
    });

    const mount = (...args: ConstructorParameters<typeof MountedFiles>): MountedFiles => {
      const files = new MountedFiles(...args);
      mounted.push(files);
      return files;
    };
    const setUp = (files: MountedFiles): Promise<Ended> =>
      files.bash('setup.sh', { ...LOGIN, API_URL: server.url });
    const write = async (from: number, count: number, message = 'order placed'): Promise<void> => {
      const lines = Array.from({ length: count }, (_, i) =>
        line(from + i, 'containers', `${message} ${from + i}`),
      );
      const { errors } = await server.ask<{ errors: boolean }>('POST', `/${TARGET}/_bulk`, bulk(lines));
      expect(errors).toBe(false);
    };
    const count = async (query: object): Promise<number> => {
      await server.ask('POST', `/${TARGET}/_refresh`);
      const body = { query, track_total_hits: true, size: 0 };
      return (await server.ask<Found>('POST', `/${TARGET}/_search`, body)).hits.total.value;
    };

    describe('with a data stream', () => {
      let files: MountedFiles;
      let waiting: Promise<Ended>;
      let hasWaited = false;
      beforeAll(() => {
        files = mount(logging(), 'elasticsearch-setup', (name, text) =>
          name === 'requests.txt' ? text.replace(/^PUT \/_ilm.*\n/m, '') : forOpenSearch(name, text),
        );
      });

      it('Filebeat’s first start waits until the setup task has made the data stream', async () => {
        const agent = mount(logging(), 'filebeat-config', (_name, text) =>
          text.replaceAll('/usr/share/filebeat/data', `${files.folder}/data`),
        );
        mkdirSync(`${files.folder}/data`);
        const env = { ...LOGIN, API_URL: server.url, API_PATH: `/${TARGET}` };
        waiting = agent.bash('wait.sh', env).then((result) => {
          hasWaited = true;
          return result;
        });
        // Longer than a first question and its answer take.
        await sleep(2000);
        expect(hasWaited).toBe(false);

        const { code, said } = await setUp(files);
        expect({ code, said }).toMatchObject({ code: 0 });
        expect(said).toContain('PUT /_data_stream/platform-logs\n{"acknowledged":true}');
        expect(await waiting).toMatchObject({ code: 0 });

        // Now it does not ask any more: the store may be away.
        const nowhere = { ...env, API_URL: 'http://127.0.0.1:9' };
        expect(await agent.bash('wait.sh', nowhere)).toMatchObject({ code: 0 });
      });

      it('the setup task run again changes nothing', async () => {
        const before = await server.ask('GET', `/_data_stream/${TARGET}`);
        const { code, said } = await setUp(files);
        expect({ code, said }).toMatchObject({ code: 0 });
        expect(said).toContain('/_data_stream/platform-logs is there');
        expect(await server.ask('GET', `/_data_stream/${TARGET}`)).toEqual(before);
      });

      it('every line that was written is found, by time, by words, by field and by label', async () => {
        for (let from = 0; from < LINES; from += BATCH) await write(from, BATCH);
        expect(await count({ match_all: {} })).toBe(LINES);
        expect(
          await count({
            range: { '@timestamp': { gte: '2026-01-01T00:00:10Z', lt: '2026-01-01T00:00:20Z' } },
          }),
        ).toBe(10);
        expect(await count({ match: { message: { query: 'order 1234', operator: 'and' } } })).toBe(1);
        expect(await count({ term: { 'kubernetes.pod.name': 'cart-3' } })).toBe(LINES / 5);
        expect(await count({ term: { 'kubernetes.labels.app': 'cart' } })).toBe(LINES);
      });

      it('a field that nobody declared is kept and shown, and makes no field of the index', async () => {
        const document = { ...line(LINES, 'kafka', 'a line of Kafka'), surprise: { deep: 'value' } };
        await server.ask('POST', `/${TARGET}/_bulk`, bulk([document]));
        expect(await count({ term: { 'event.dataset': 'kafka' } })).toBe(1);
        expect(await count({ term: { 'surprise.deep': 'value' } })).toBe(0);
        const { hits } = await server.ask<Found>('POST', `/${TARGET}/_search`, {
          query: { term: { 'event.dataset': 'kafka' } },
        });
        expect(hits.hits[0]?._source).toMatchObject({ surprise: { deep: 'value' } });
        // 2,001 lines with a label of their own each, and as many fields as at the beginning.
        const mappings = JSON.stringify(await server.ask('GET', `/${TARGET}/_mapping`));
        expect(mappings).not.toMatch(/surprise|label-\d/);
      });

      it('a new index takes over at the rollover, and nothing is lost', async () => {
        await server.ask('POST', `/${TARGET}/_rollover`);
        await write(LINES + 1, BATCH);
        expect(await count({ match_all: {} })).toBe(LINES + 1 + BATCH);
        const { data_streams: streams } = await server.ask<{ data_streams: { indices: object[] }[] }>(
          'GET',
          `/_data_stream/${TARGET}`,
        );
        expect(streams[0]?.indices).toHaveLength(2);
      });
    });

    describe('with Curator 9', () => {
      let files: MountedFiles;
      let actions: MountedFiles;
      const platform = logging({
        elasticsearch: { retention: { ...RETENTION, kind: 'curator', maxTotalSize: Size.gibibytes(100) } },
      });
      const curate = async (changed: MountedFiles, ...more: string[]): Promise<Ended> =>
        ended(
          await tool('curator'),
          [`--config=${changed.file('curator.yml')}`, ...more, changed.file('actions.yml')],
          { ESCLIENT_PASSWORD: LOGIN.API_PASSWORD, LC_ALL: 'C.UTF-8' },
        );
      /** The client's file without TLS, which the door does not speak. */
      const withDoor = (name: string, text: string): string =>
        name === 'curator.yml'
          ? text.replace(/hosts: .*/, `hosts: ${server.elasticUrl}`).replace(/ +ca_certs: .*\n/, '')
          : text;
      const indices = async (): Promise<string[]> => {
        const found = await server.ask<{ index: string }[]>('GET', `/_cat/indices/${TARGET}-*?format=json`);
        return found.map(({ index }) => index).sort();
      };
      beforeAll(async () => {
        await server.ask('DELETE', `/_data_stream/${TARGET}`);
        await server.ask('DELETE', `/_index_template/${TARGET}`);
        files = mount(platform, 'elasticsearch-setup', forOpenSearch);
        actions = mount(platform, 'elasticsearch-curator', withDoor);
      });

      it('the setup task makes the first index behind the alias, once', async () => {
        expect(await setUp(files)).toMatchObject({ code: 0 });
        const { code, said } = await setUp(files);
        expect({ code, said }).toMatchObject({ code: 0 });
        expect(said).toContain('/_alias/platform-logs is there');
        expect(await indices()).toEqual([`${TARGET}-000001`]);
      });

      it('Curator takes its files, and leaves alone what is young and small', async () => {
        await write(0, BATCH);
        await server.ask('POST', `/${TARGET}/_flush`);
        const { code, said } = await curate(actions);
        expect({ code, said }).toMatchObject({ code: 0 });
        expect(said).toContain('All actions completed');
        expect(await indices()).toEqual([`${TARGET}-000001`]);
        expect(await count({ match_all: {} })).toBe(BATCH);
      });

      it('Curator refuses an action file with a key that it does not know', async () => {
        const spoilt = mount(platform, 'elasticsearch-curator', (name, text) =>
          withDoor(name, text).replace('max_size', 'max_primary_shard_size'),
        );
        const { code, said } = await curate(spoilt, '--dry-run');
        expect(said).toContain("extra keys not allowed @ data['conditions']['max_primary_shard_size']");
        expect(code).not.toBe(0);
      });

      it('a full index is rolled over; beyond the total size the oldest go, the newest and its lines stay', async () => {
        // Sizes that a test can write, in place of gibibytes.
        const rolling = mount(platform, 'elasticsearch-curator', (name, text) =>
          withDoor(name, text).replace(/max_size: .*/, 'max_size: 1kb'),
        );
        for (let round = 1; round <= 3; round += 1) {
          await write(round * BATCH, BATCH);
          await server.ask('POST', `/${TARGET}/_flush`);
          expect(await curate(rolling)).toMatchObject({ code: 0 });
        }
        await write(9 * BATCH, BATCH, 'newest');
        await server.ask('POST', `/${TARGET}/_flush`);
        expect(await indices()).toEqual([1, 2, 3, 4].map((n) => `${TARGET}-00000${n}`));

        const sizes = await server.ask<{ index: string; 'store.size': string }[]>(
          'GET',
          `/_cat/indices/${TARGET}-*?format=json&bytes=b&h=index,store.size`,
        );
        const bytesOf = (index: string): number =>
          Number(sizes.find((entry) => entry.index === index)?.['store.size']);
        // Room for the two newest.
        const room = bytesOf(`${TARGET}-000004`) + bytesOf(`${TARGET}-000003`) * 1.5;
        const small = mount(platform, 'elasticsearch-curator', (name, text) =>
          withDoor(name, text).replace(/disk_space: .*/, `disk_space: ${(room / 1024 ** 3).toFixed(12)}`),
        );
        const { code, said } = await curate(small);
        expect({ code, said }).toMatchObject({ code: 0 });
        expect(await indices()).toEqual([`${TARGET}-000003`, `${TARGET}-000004`]);
        expect(await count({ match: { message: 'newest' } })).toBe(BATCH);
      });
    });
  },
);

/** The template in what OpenSearch has of it. */
function forOpenSearch(name: string, text: string): string {
  if (name !== 'template.json') return text;
  const template = JSON.parse(text.replaceAll('"flattened"', '"flat_object"')) as {
    template: { settings: { index: { lifecycle?: object } } };
  };
  delete template.template.settings.index.lifecycle;
  return JSON.stringify(template);
}
