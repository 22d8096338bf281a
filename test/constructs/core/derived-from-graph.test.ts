/** What is rendered only when the environment is complete, and what it is rendered from. */
import { complete } from '../../../constructs/core/complete';
import { goFlags } from '../../../constructs/core/go-flags';
import { scrapeJobs } from '../../../constructs/core/scrape-jobs';
import { Workload } from '../../../constructs/core/workload';
import { CONTAINER, manifest, TestComponent, testPlatform } from './fixture';

const SPEC = { kind: 'Deployment', uid: 10001, drainSeconds: 30, container: CONTAINER } as const;

const metrics = (name: string, port: number) =>
  ({
    name,
    port,
    protocol: 'prometheus-scrape',
    signals: ['metrics'],
    access: 'read',
    path: '/metrics',
  }) as const;

it('renders a deferred file when everything else exists, and mounts it', () => {
  const platform = testPlatform();
  const first = new TestComponent(platform, 'first', { layer: 'view' });
  const config = first.deferredConfigMap('list', () => [
    { name: 'parties.txt', text: platform.graph.parties.map(({ id }) => id).join(' ') },
  ]);
  new Workload(first, 'reader', {
    ...SPEC,
    container: { ...CONTAINER, configs: [{ mountPath: '/etc/list', config }] },
  });
  new Workload(new TestComponent(platform, 'second', { layer: 'view' }), 'later', SPEC);
  expect(config.files).toEqual([]);
  complete(platform);
  expect(config.files).toEqual([{ name: 'parties.txt', text: 'reader later' }]);
  expect(manifest(platform, 'ConfigMap', 'list')).toMatchObject({ data: { 'parties.txt': 'reader later' } });
  expect(manifest(platform, 'Deployment', 'reader')).toMatchObject({
    spec: {
      template: {
        metadata: {
          annotations: {
            'hyperion.example.com/config-hash': expect.stringMatching(/^[0-9a-f]{16}$/) as string,
          },
        },
      },
    },
  });
});

it('makes one scrape job for each workload, and one for each port where there are several', () => {
  const platform = testPlatform();
  const component = new TestComponent(platform, 'apps', { layer: 'view' });
  new Workload(component, 'one', { ...SPEC, replicas: 3 }).listen(metrics('http', 3100));
  const two = new Workload(component, 'two', SPEC);
  two.listen(metrics('http', 3100));
  two.listen(metrics('exporter', 9100));
  two.listen({ ...metrics('data', 9200), protocol: 'otlp-http' });
  expect(
    scrapeJobs(platform.graph).map(({ name, namespace, targets, endpoint }) => [
      name,
      namespace,
      targets,
      endpoint.port,
    ]),
  ).toEqual([
    ['one', 'test', 3, 3100],
    ['two-http', 'test', 1, 3100],
    ['two-exporter', 'test', 1, 9100],
  ]);
});

it('writes flags as Go reads them, and leaves out what is undefined', () => {
  expect(goFlags({ 'remoteWrite.url': 'http://a', dryRun: true, queues: 4, token: undefined })).toEqual([
    '-remoteWrite.url=http://a',
    '-dryRun=true',
    '-queues=4',
  ]);
});
