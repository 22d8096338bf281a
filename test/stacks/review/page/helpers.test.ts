/** What the page's views are made of, where no browser is needed. */
import { grouped } from '../../../../stacks/review/page/grouped';
import { mountsText } from '../../../../stacks/review/page/mounts-text';
import { objectName } from '../../../../stacks/review/page/object-name';
import { yamlPieces } from '../../../../stacks/review/page/parts/yaml-pieces';
import { requestsOf } from '../../../../stacks/review/page/requests';
import { MAX_FOUND, search, searchIndex } from '../../../../stacks/review/page/search';
import { wordingOf } from '../../../../stacks/review/page/wording';
import { reviewFixture } from '../review-fixture';

const GIBI = 1024 ** 3;

test('an object’s identifier in its parts', () => {
  expect(objectName('StatefulSet hyperion-store/loki')).toEqual({
    kind: 'StatefulSet',
    namespace: 'hyperion-store',
    name: 'loki',
  });
  expect(objectName('Namespace hyperion-store')).toEqual({
    kind: 'Namespace',
    namespace: '',
    name: 'hyperion-store',
  });
});

test('groups stand in the order in which their keys first come', () => {
  expect([...grouped(['store a', 'view b', 'store c'], (text) => text.split(' ')[0])]).toEqual([
    ['store', ['store a', 'store c']],
    ['view', ['view b']],
  ]);
});

test('a path that several containers see is named once', () => {
  expect(mountsText(['a: /etc/x.yaml', 'b: /etc/x.yaml', 'c: /y'])).toBe('/etc/x.yaml (in a, b); /y (in c)');
  expect(mountsText(['/etc/x.yaml'])).toBe('/etc/x.yaml');
});

test('all pods together: requests times pods, volumes as claimed', () => {
  const [component] = reviewFixture().components;
  expect(component && requestsOf(component)).toEqual({
    pods: 3,
    cpuMillis: 4500,
    memoryBytes: 12 * GIBI,
    volumeBytes: 30 * GIBI,
  });
});

test.each([
  ['  retention_period: 168h', ['  ', 'retention_period', ': 168h']],
  ['- - name: x', ['- - ', 'name', ': x']],
  ['"a:b": c', ['', '"a:b"', ': c']],
  ['  http_port = 3000', ['  ', 'http_port', ' = 3000']],
])('of %p the key is coloured, and nothing is lost', (line, texts) => {
  const pieces = yamlPieces(line);
  expect(pieces.map(({ text }) => text)).toEqual(texts);
  expect(pieces[1]?.kind).toBe('key');
  expect(pieces.map(({ text }) => text).join('')).toBe(line);
});

test.each([
  ['# why', 'comment'],
  ['; ini', 'comment'],
  ['http://a.example.com', 'plain'],
  ['', 'plain'],
] as const)('%p is a %s', (line, kind) => {
  expect(yamlPieces(line)).toEqual([{ text: line, kind }]);
});

describe('search', () => {
  const index = searchIndex(reviewFixture());
  const titles = (query: string): string[] =>
    search(index, query).map(({ kind, title }) => `${kind} ${title}`);

  test('the name itself comes first, then names that begin with it', () => {
    expect(titles('loki').slice(0, 3)).toEqual(['component loki', 'alert LokiDown', 'secret loki-token']);
  });

  test('all words must be somewhere, capitals do not matter', () => {
    expect(titles('LOGS 3100')).toEqual(['connection otel-logs → loki/http']);
    expect(titles('loki nowhere')).toEqual([]);
  });

  test('nothing typed finds nothing, and never more than are shown', () => {
    expect(titles('  ')).toEqual([]);
    expect(titles('o')).toHaveLength(MAX_FOUND);
  });

  test('what is found has an address', () => {
    expect(search(index, 'StatefulSet')[0]?.href).toBe('#/object/StatefulSet%20hyperion-store%2Floki');
  });
});

test('a change is spoken of as before and after, another environment by its name', () => {
  expect(wordingOf('hyperion-prod', { kind: 'against', base: 'git:main' })).toMatchObject({
    before: 'Before',
    after: 'After',
    same: 'Nothing differs from git:main.',
  });
  expect(wordingOf('hyperion-prod', { kind: 'compare', base: 'hyperion-dev' })).toMatchObject({
    title: 'hyperion-prod compared to hyperion-dev',
    before: 'hyperion-dev',
    after: 'hyperion-prod',
    marks: { added: 'only in hyperion-prod', removed: 'only in hyperion-dev', changed: 'differs' },
  });
});
