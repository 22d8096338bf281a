import { analyse, selectorsOf } from './promql';
import { outputLabels } from './promql-output';

/** Selectors in short: name and labels that are needed of it. */
function needs(expr: string, shown: readonly string[] = []): Record<string, readonly string[]> {
  return Object.fromEntries(
    analyse(expr, shown).selectors.map(({ metric, labelsUsed }) => [String(metric), labelsUsed]),
  );
}

const mistakes = (expr: string, shown: readonly string[] = []): readonly string[] =>
  analyse(expr, shown).mistakes;

describe('selectors', () => {
  it('have a name and matchers', () => {
    expect(selectorsOf('rate(requests_total{job="api", code!~"2..", zone=""}[5m])')).toEqual([
      {
        text: 'requests_total{job="api", code!~"2..", zone=""}',
        metric: 'requests_total',
        matchers: [
          { label: 'job', operator: '=', value: 'api' },
          { label: 'code', operator: '!~', value: '2..' },
          { label: 'zone', operator: '=', value: '' },
        ],
        labelsUsed: ['code', 'job'],
      },
    ]);
  });

  it('may be named by an expression, by a quoted name, or in braces', () => {
    expect(selectorsOf('{__name__=~"a|b.*"}').map(({ metric }) => metric)).toEqual([/^(?:a|b.*)$/]);
    expect(selectorsOf('{"a.b", x="1"}').map(({ metric }) => metric)).toEqual(['a.b']);
    expect(selectorsOf('{__name__="a"}').map(({ metric }) => metric)).toEqual(['a']);
  });

  it('are found wherever they stand', () => {
    expect(Object.keys(needs('max_over_time((a - b offset 5m)[1h:1m]) > bool (c or absent(d))'))).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
  });
});

describe('labels that are needed', () => {
  it('are those of groupings and matchers, down to the selector', () => {
    expect(needs('sum by (job, "k8s.pod") (rate(a{code="500"}[5m]))')).toEqual({
      a: ['code', 'job', 'k8s.pod'],
    });
    expect(needs('sum without (pod) (a)', ['job'])).toEqual({ a: ['job', 'pod'] });
    expect(needs('topk by (zone) (3, a)', ['job'])).toEqual({ a: ['job', 'zone'] });
  });

  it('are those of both sides that are matched, and of the right one what it gives', () => {
    expect(needs('a / on (pool) group_left (name) b', ['name', 'host'])).toEqual({
      a: ['host', 'pool'],
      b: ['name', 'pool'],
    });
    expect(needs('a / ignoring (code) b', ['job'])).toEqual({ a: ['code', 'job'], b: ['code'] });
    expect(needs('a unless on (job) b', ['pod'])).toEqual({ a: ['job', 'pod'], b: ['job'] });
  });

  it('are taken from where label_replace makes them', () => {
    expect(needs('sum by (spoke) (label_replace(a, "spoke", "$1", "cluster", "(.+)"))')).toEqual({
      a: ['cluster'],
    });
    expect(needs('label_join(a, "both", "/", "x", "y")', ['both'])).toEqual({ a: ['x', 'y'] });
    expect(needs('count_values("version", build_info)', [])).toEqual({ build_info: [] });
  });

  it('include the buckets of a histogram', () => {
    expect(needs('histogram_quantile(0.99, sum by (le) (rate(a_bucket[5m])))')).toEqual({ a_bucket: ['le'] });
  });

  it('of an answer with several kinds of series are asked of the kind that has them', () => {
    const either = 'sum by (deployment) (a) or sum by (daemonset) (b)';
    expect(needs(either, ['deployment', 'daemonset'])).toEqual({ a: ['deployment'], b: ['daemonset'] });
    expect(mistakes(either, ['deployment', 'daemonset'])).toEqual([]);
  });
});

describe('mistakes that need no metrics', () => {
  it.each([
    ['sum by (job) (rate(a[5m])', [], 'is no PromQL: ends too early'],
    ['sum by job (a)', [], 'is no PromQL: stops at “job (a)”'],
    ['sum by (job) (a)', ['pod'], 'label pod is used, and sum in “sum by (job) (a)” takes it away'],
    ['sum(a)', ['job'], 'label job is used, and sum in “sum(a)” takes it away'],
    ['max without (job) (a)', ['job'], 'label job is used, and max in “max without (job) (a)” takes it away'],
    ['sum by (job) (sum by (pod) (a))', [], 'label job is used, and sum in “sum by (pod) (a)” takes it away'],
    ['a / on (job) b', ['pod'], 'label pod is used, and matching in “a / on (job) b” takes it away'],
    ['absent(up{job="a"})', ['pod'], 'label pod is used, and absent in “absent(up{job="a"})” takes it away'],
    [
      'histogram_quantile(0.9, sum by (job) (a_bucket))',
      [],
      'label le is used, and sum in “sum by (job) (a_bucket)” takes it away',
    ],
    ['sum by (__name__) (rate(a[5m]))', [], '__name__ is used, and rate() takes it away'],
    [
      'sum by (a) (x) or sum by (b) (y)',
      ['c'],
      'label c is used, and each side of “sum by (a) (x) or sum by (b) (y)” takes it away',
    ],
  ])('%s', (expr, shown, mistake) => {
    expect(mistakes(expr, shown)).toEqual([mistake]);
  });

  it.each([
    ['absent(up{job="a"})', ['job']],
    ['time() - timestamp(a)', ['job']],
    ['sum by (job) (a) or vector(0)', ['job']],
    ['min by (job) (a - time()) < 3 * 86400', ['job']],
    ['label_replace(a, "x", "$1", "__name__", "(.*)")', ['x']],
  ])('%s has none', (expr, shown) => {
    expect(mistakes(expr, shown)).toEqual([]);
  });
});

describe('labels of an answer', () => {
  it.each([
    ['sum by (a, b) (x)', ['a', 'b']],
    ['sum(x) / 3', []],
    ['3 * max by (a) (x)', ['a']],
    ['label_replace(sum by (a) (x), "b", "v", "", "")', ['a', 'b']],
    ['sum by (a) (x) or sum by (b) (y)', ['a', 'b']],
    ['sum by (a) (x) unless sum by (b) (y)', ['a']],
  ])('%s', (expr, labels) => {
    expect([...(outputLabels(expr) ?? ['any'])].sort()).toEqual(labels);
  });

  it.each(['x', 'rate(x[5m])', 'sum without (a) (x)', 'x or sum by (a) (y)'])(
    '%s: only the data knows',
    (expr) => {
      expect(outputLabels(expr)).toBeUndefined();
    },
  );
});
