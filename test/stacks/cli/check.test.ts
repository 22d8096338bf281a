import { Size } from 'cdk8s';
import { CATALOG } from '../../../constructs/core/catalog';
import { smallEnvironment } from '../small-platform';
import { Terminal } from './terminal';

let terminal: Terminal;

beforeEach(() => {
  terminal = new Terminal();
});

afterEach(() => {
  terminal.close();
});

describe('hyperion check', () => {
  const ended = { ...CATALOG.loki, name: 'ended', endOfLife: '2026-03-31' };

  test('nothing to say', () => {
    expect(terminal.run(['check'])).toEqual({
      code: 0,
      out: 'small-dev: no findings\nsmall-prod: no findings\n',
      err: '',
    });
  });

  test('findings in groups, with a summary', () => {
    const { code, out } = terminal.run(['check'], {
      'small-dev': smallEnvironment({ image: { ...ended, tag: 'latest' } }),
      short: smallEnvironment({ name: 'short', queue: Size.mebibytes(1) }),
    });
    expect(code).toBe(1);
    expect(out).toContain(
      'small-dev, policies:\nsmall-dev/store: StatefulSet small/store: policy pinned-images = ',
    );
    expect(out).toContain(
      [
        'small-dev, catalogue:',
        'small-dev/store: catalog["ended"].endOfLife = "2026-03-31"',
        '  rule:   ended 3.7.8 gets no security fixes after that day (today is 2026-06-01)',
      ].join('\n'),
    );
    expect(out).toContain('short, model:\nshort/collector: delivery to store/http (logs) = ');
    expect(out).toMatch(
      /\nsmall-dev: 2 findings \(1 policies, 1 catalogue\)\nshort: 1 finding \(1 model\)\n$/,
    );
  });

  test('the day can be chosen, and the answer be JSON', () => {
    const environments = { 'small-dev': smallEnvironment({ image: ended }) };
    expect(terminal.run(['check', '--as-of', '2026-03-31'], environments).code).toBe(0);
    const { code, out } = terminal.run(['check', '--as-of', '2026-04-01', '--json'], environments);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      asOf: '2026-04-01',
      environments: [{ environment: 'small-dev', findings: [{ source: 'catalogue', value: '2026-03-31' }] }],
    });
    expect(terminal.run(['check', '--as-of', 'soon'], environments)).toMatchObject({
      code: 2,
      err: 'hyperion: --as-of soon is no day: write it like 2027-01-31\n',
    });
  });

  test('a waiver lets it pass, an exception too, and both end', () => {
    const environment = {
      ...smallEnvironment({ image: { ...ended, tag: 'latest' } }),
      waivers: [{ component: 'ended', reason: 'r', owner: 'o', expires: '2026-07-01' }],
      exceptions: [
        {
          rule: 'pinned-images',
          resource: { kind: 'StatefulSet' as const, namespace: 'small', name: 'store' },
          reason: 'r',
          owner: 'o',
          expires: '2026-08-01',
        },
      ],
    };
    expect(terminal.run(['check'], { 'small-dev': environment }).out).toBe('small-dev: no findings\n');
    const later = terminal.run(['check', '--as-of', '2026-08-01'], { 'small-dev': environment }).out;
    expect(later).toContain('waiver for ended: expires = "2026-07-01"');
    expect(later).toContain(
      'exception of StatefulSet small/store from pinned-images: expires = "2026-08-01"',
    );
  });
});
