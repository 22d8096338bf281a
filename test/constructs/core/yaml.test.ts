import fc from 'fast-check';
import { parse, parseAllDocuments } from 'yaml';
import { toYaml, toYamlDocuments } from '../../../constructs/core/yaml';

describe('toYaml', () => {
  it('keeps the order of keys and leaves out what is undefined', () => {
    expect(toYaml({ b: 1, a: undefined, c: { d: undefined }, list: [1, { w: 'x', z: [[true]] }] })).toBe(
      ['b: 1', 'c: {}', 'list:', '  - 1', '  - w: x', '    z:', '      - - true', ''].join('\n'),
    );
  });

  it('writes texts of several lines as blocks, each with the line ends that it has', () => {
    const text = { none: 'a\nb', one: 'a\n\n  b\n', all: 'a\n\n', indented: '  a\nb\n' };
    expect(toYaml(text)).toBe(
      [
        'none: |-',
        '  a',
        '  b',
        'one: |',
        '  a',
        '',
        '    b',
        'all: |+',
        '  a',
        '',
        'indented: |2',
        '    a',
        '  b',
        '',
      ].join('\n'),
    );
    expect(parse(toYaml(text))).toEqual(text);
  });

  it('leaves words, flags, addresses and expressions without quotes', () => {
    const plain = [
      '-config.file=/etc/x.yaml',
      'http://loki.a.svc:3100/otlp',
      '${cloud:id}',
      '10.0.0.1',
      '3.7.8',
      '500m',
      '64Gi',
      'a → b',
    ];
    expect(toYaml(plain)).toBe(plain.map((text) => `- ${text}\n`).join(''));
  });

  it('quotes whatever a YAML 1.1 or 1.2 parser would take for something else', () => {
    const texts = [
      '',
      'yes',
      'Off',
      'n',
      'null',
      '~',
      '012',
      '0o17',
      '1_000',
      '1e3',
      '.5',
      '12:30:45',
      '2025-01-01',
      '<<',
      '=',
    ];
    expect(toYaml(texts)).toBe(texts.map((text) => `- "${text}"\n`).join(''));
    for (const version of ['1.1', '1.2'] as const) expect(parse(toYaml(texts), { version })).toEqual(texts);
  });

  it('takes single quotes where double ones would need escapes', () => {
    expect(toYaml({ a: 'x == "y": it\'s' })).toBe(`a: 'x == "y": it''s'\n`);
  });

  it('puts a comment behind the values that have one, never behind a block', () => {
    const comment = (value: string): string | undefined =>
      value.includes('loki') ? 'from loki/otlp' : undefined;
    expect(toYaml({ loki: 1, url: 'http://loki', list: ['loki:'], text: 'loki\n' }, { comment })).toBe(
      'loki: 1\nurl: http://loki # from loki/otlp\nlist:\n  - "loki:" # from loki/otlp\ntext: |\n  loki\n',
    );
  });

  it('writes what an object calls its JSON', () => {
    expect(toYaml({ at: { toJSON: () => ({ a: 1 }) }, nothing: null })).toBe('at:\n  a: 1\nnothing: null\n');
  });

  it('quotes a text that ends in a line of spaces', () => {
    expect(toYaml({ a: 'b\n  \n', c: ' \n' })).toBe('a: "b\\n  \\n"\nc: " \\n"\n');
  });

  it('gives back the value when the yaml library reads it', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.string({
        unit: fc.constantFrom(...Array.from('\n \t#:-"\'\\|>[]{}&*!%@`,?~a0.=\r\u0085\u2028\ufeff→')),
        maxLength: 12,
      }),
      fc.constantFrom(
        'yes',
        'no',
        'null',
        '0x1F',
        '1e3',
        '---',
        '...',
        '- a',
        '? a',
        'a: b',
        'a #b',
        '1:20',
        '.inf',
      ),
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.integer(),
        fc.double({ noNaN: true }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(
          text.filter((key) => key !== '__proto__'),
          tie('value'),
          { maxKeys: 4 },
        ),
      ),
    }));
    fc.assert(
      fc.property(value, (data) => {
        expect(parse(toYaml(data))).toEqual(data);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives back texts to a YAML 1.1 parser, which Go programs have', () => {
    const scalar = fc.string({
      unit: fc.constantFrom(...Array.from('0123456789_+-.:eExobyYnNaAfFlLsStTrRuU~=< ')),
      maxLength: 10,
    });
    fc.assert(
      fc.property(scalar, (text) => {
        expect(parse(toYaml({ text }), { version: '1.1' })).toEqual({ text });
      }),
      { numRuns: 1000 },
    );
  });
});

describe('toYamlDocuments', () => {
  it('separates documents', () => {
    const values = [{ a: 1 }, { text: 'b\n\n' }, { c: [] }];
    expect(toYamlDocuments(values)).toBe('a: 1\n---\ntext: |+\n  b\n\n---\nc: []\n');
    expect(parseAllDocuments(toYamlDocuments(values)).map((document) => document.toJS() as unknown)).toEqual(
      values,
    );
  });
});
