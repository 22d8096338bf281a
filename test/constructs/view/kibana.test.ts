/**
 * Kibana: no secret in its configuration or among its arguments, and saved objects whose references hold.
 */
import { parse } from 'yaml';
import { manifest } from '../core/fixture';
import { fileOf, logging } from '../store/elasticsearch-fixture';

interface SavedObject {
  readonly id: string;
  readonly type: string;
  readonly attributes: Record<string, unknown>;
  readonly references: readonly { readonly id: string; readonly name: string; readonly type: string }[];
}

function objects(): SavedObject[] {
  return fileOf(logging(), 'objects.ndjson')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as SavedObject);
}

test('it trusts the store by its authority, and every secret comes from its environment', () => {
  expect(parse(fileOf(logging(), 'kibana.yml'))).toMatchObject({
    'server.publicBaseUrl': 'https://kibana.infra.example.com',
    'elasticsearch.hosts': ['https://elasticsearch.logging.svc.cluster.local:9200'],
    'elasticsearch.username': 'kibana',
    'elasticsearch.password': '${STORE_PASSWORD}',
    'elasticsearch.ssl.verificationMode': 'full',
    'xpack.security.encryptionKey': '${SESSION_KEY}',
    'xpack.encryptedSavedObjects.encryptionKey': '${SAVED_OBJECT_KEY}',
    'xpack.reporting.encryptionKey': '${REPORT_KEY}',
    'xpack.security.secureCookies': true,
  });
  const { template } = manifest(logging(), 'Deployment', 'kibana').spec as {
    template: { spec: { containers: { env: { name: string }[]; args?: string[] }[] } };
  };
  const [container] = template.spec.containers;
  // The image would make `--elasticsearch.password=…` of a variable of that name.
  expect(container?.env.map(({ name }) => name)).not.toContain('ELASTICSEARCH_PASSWORD');
  expect(container?.args).toBeUndefined();
});

test('two in production, one in a development environment', () => {
  const replicas = (tier: 'dev' | 'prod'): unknown =>
    manifest(logging({ platform: { tier }, elasticsearch: { nodes: 3 } }), 'Deployment', 'kibana').spec
      ?.replicas;
  expect([replicas('dev'), replicas('prod')]).toEqual([1, 2]);
});

test('one data view over the stream, searches and a chart on it, and a dashboard of them all', () => {
  expect(objects().map(({ type, id }) => `${type} ${id}`)).toEqual([
    'index-pattern platform-logs',
    'visualization logs-over-time',
    'search logs-containers',
    'search logs-errors',
    'search logs-sign-in',
    'search logs-network',
    'search logs-messaging',
    'dashboard logs',
  ]);
  expect(objects()[0]?.attributes).toMatchObject({ title: 'platform-logs', timeFieldName: '@timestamp' });
});

test('every reference is to an object of the same file, and each panel has one', () => {
  const all = objects();
  const known = all.map(({ type, id }) => `${type} ${id}`);
  for (const { references } of all) {
    for (const { type, id } of references) expect(known).toContain(`${type} ${id}`);
  }
  const dashboard = all.at(-1);
  const panels = JSON.parse(String(dashboard?.attributes.panelsJSON)) as {
    panelIndex: string;
    panelRefName: string;
  }[];
  expect(panels.map(({ panelIndex, panelRefName }) => `${panelIndex}:${panelRefName}`)).toEqual(
    dashboard?.references.map(({ name }) => name),
  );
  expect(panels).toHaveLength(6);
});

test('the task logs in as the one user who may import, and reads the answer', () => {
  expect(fileOf(logging(), 'import.sh')).toContain('[[ "$answer" == *\'"success":true\'* ]]');
});
