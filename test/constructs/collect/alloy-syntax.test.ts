/** Alloy's syntax as data and as text. That Alloy's own parser and printer agree is test/proof/alloy-syntax.test.ts. */
import { Duration } from 'cdk8s';
import { AlloyFile } from '../../../constructs/collect/alloy/components';
import { printAlloy } from '../../../constructs/collect/alloy/print';
import { Expression, Ref, type Block } from '../../../constructs/collect/alloy/syntax';

function valueText(value: NonNullable<Block['attributes']>[string]): string {
  return printAlloy([{ name: 'x', attributes: { a: value } }]).slice('x {\n\ta = '.length, -'\n}\n'.length);
}

describe('values', () => {
  it.each([
    ['plain', '"plain"'],
    ['a "quote" and a \\', '"a \\"quote\\" and a \\\\"'],
    ['line\nbreak\tand tab', '"line\\nbreak\\tand tab"'],
    ['\u0000\u0007\u001b\u007f', '"\\x00\\a\\x1b\\x7f"'],
    ['Grüße, 日本 🎉', '"Grüße, 日本 🎉"'],
    ['a\u200bb\u00ad\ufeff', '"a\\u200bb\\u00ad\\ufeff"'],
    ['\u{e0001}', '"\\U000e0001"'],
    [12, '12'],
    [-0.5, '-0.5'],
    [1e21, '1e+21'],
    [true, 'true'],
    [null, 'null'],
    [Duration.millis(500), '"500ms"'],
    [Duration.millis(1500), '"1500ms"'],
    [Duration.seconds(90), '"90s"'],
    [Duration.minutes(5), '"5m"'],
    [Duration.days(1), '"24h"'],
    [Duration.millis(0), '"0ms"'],
    [[], '[]'],
    [[1, 'two', [true]], '[1, "two", [true]]'],
    [{}, '{}'],
    [Expression.environment('HOSTNAME'), 'sys.env("HOSTNAME")'],
    [Expression.concat('a=', Expression.environment('B')), '"a=" + sys.env("B")'],
  ])('%j is %s', (value, text) => {
    expect(valueText(value)).toBe(text);
  });

  it('line up in an object, in runs that end with a value of several lines', () => {
    expect(valueText({ a: 1, 'b-c': 2, long: { x: [{ y: 3 }] }, longest: 4, z: 5 })).toBe(
      [
        '{',
        '\t\ta     = 1,',
        '\t\t"b-c" = 2,',
        '\t\tlong  = {',
        '\t\t\tx = [',
        '\t\t\t\t{',
        '\t\t\t\t\ty = 3,',
        '\t\t\t\t},',
        '\t\t\t],',
        '\t\t},',
        '\t\tlongest = 4,',
        '\t\tz       = 5,',
        '\t}',
      ].join('\n'),
    );
  });
});

describe('blocks', () => {
  it('have a blank line around each, attributes first, and nothing for what is left out', () => {
    expect(
      printAlloy([
        {
          name: 'one.two',
          label: 'three',
          attributes: { a: 1, left_out: undefined, long_name: 'x' },
          blocks: [{ name: 'inner' }, { name: 'inner', attributes: { b: true } }],
        },
        { name: 'empty' },
      ]),
    ).toBe(
      [
        'one.two "three" {',
        '\ta         = 1',
        '\tlong_name = "x"',
        '',
        '\tinner { }',
        '',
        '\tinner {',
        '\t\tb = true',
        '\t}',
        '}',
        '',
        'empty { }',
        '',
      ].join('\n'),
    );
  });

  it.each<[string, readonly Block[], string]>([
    ['a name', [{ name: 'loki.wri-te' }], 'loki.wri-te: "wri-te" is no identifier'],
    ['an empty part of a name', [{ name: 'loki.' }], 'loki.: "" is no identifier'],
    ['a keyword', [{ name: 'x', attributes: { true: 1 } }], 'x: "true" is no identifier'],
    [
      'an attribute',
      [{ name: 'x', blocks: [{ name: 'y', attributes: { '1st': 1 } }] }],
      'y: "1st" is no identifier',
    ],
    ['a label', [{ name: 'x', label: 'a-b' }], 'x "a-b": the label is no identifier'],
    ['no number', [{ name: 'x', attributes: { a: [NaN] } }], 'x: NaN is no number that can be written down'],
    [
      'a key with a quote',
      [{ name: 'x', attributes: { a: { 'b"c': 1 } } }],
      'x: Alloy cannot read the key "b\\"c": only printable ASCII without quotes and backslashes',
    ],
    [
      'an empty key',
      [{ name: 'x', attributes: { a: { '': 1 } } }],
      'x: Alloy cannot read the key "": only printable ASCII without quotes and backslashes',
    ],
    [
      'one label twice',
      [
        { name: 'x', label: 'a' },
        { name: 'x', label: 'a' },
      ],
      'x "a": stands in the file twice: give one another label',
    ],
    [
      'a reference to nothing',
      [
        {
          name: 'x',
          blocks: [{ name: 'y', attributes: { to: [new Ref('loki.write.default', 'receiver')] } }],
        },
      ],
      'x: refers to loki.write.default.receiver, which is not in the file',
    ],
  ])('refuses %s', (_what, blocks, message) => {
    expect(() => printAlloy(blocks)).toThrow(new Error(`Alloy configuration, ${message}`));
  });

  it('refuses text that is no Unicode', () => {
    expect(() => valueText('\ud800')).toThrow(
      '"\\ud800" has half of a surrogate pair, which no file can hold',
    );
  });
});

const ENDPOINT = {
  url: 'http://loki:3100/loki/api/v1/push',
  batchSize: '1MiB',
  batchWait: Duration.seconds(1),
  minBackoff: Duration.millis(500),
  maxBackoff: Duration.seconds(30),
  maxRetries: 0,
};

describe('components', () => {
  it('refer to each other by their exports', () => {
    const file = new AlloyFile();
    const { receiver } = file.lokiWrite('store', { endpoint: ENDPOINT, externalLabels: {} });
    const { targets } = file.discoveryKubernetes('pods', { role: 'pod' });
    file.lokiSourceKubernetes('pods', { targets, forwardTo: [receiver] });
    expect(file.text).toContain(
      [
        'loki.source.kubernetes "pods" {',
        '\ttargets    = discovery.kubernetes.pods.targets',
        '\tforward_to = [loki.write.store.receiver]',
        '}',
      ].join('\n'),
    );
  });

  it('of another file are refused', () => {
    const { receiver } = new AlloyFile().lokiWrite('store', { endpoint: ENDPOINT, externalLabels: {} });
    const file = new AlloyFile();
    file.lokiProcess('pods', { forwardTo: [receiver], stages: [] });
    expect(() => file.text).toThrow('refers to loki.write.store.receiver, which is not in the file');
  });

  it('that forward to nothing, or to targets, do not compile', () => {
    const file = new AlloyFile();
    const { targets } = file.discoveryKubernetes('pods', { role: 'pod' });
    const { receiver } = file.lokiWrite('store', { endpoint: ENDPOINT, externalLabels: {} });
    // @ts-expect-error forwarding to nothing
    file.lokiSourceKubernetes('nothing', { targets, forwardTo: [] });
    // @ts-expect-error targets take no lines
    file.lokiSourceKubernetes('targets', { targets, forwardTo: [targets] });
    // @ts-expect-error a receiver has no targets
    file.discoveryRelabel('receiver', { targets: receiver, rules: [] });
    // @ts-expect-error a reference is a component's export, not its name
    file.lokiProcess('name', { forwardTo: ['loki.write.store.receiver'], stages: [] });
    file.lokiProcess('by_label', {
      forwardTo: [receiver],
      // @ts-expect-error by label, what is above the rate cannot wait
      stages: [{ kind: 'limit', rate: 1, burst: 1, byLabel: 'namespace', drop: false }],
    });
    expect(file.text).toContain('loki.process "by_label" {');
  });
});
