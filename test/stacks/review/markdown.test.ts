/**
 * The summary for a pull request: what it says, and that no input makes it too long or breaks its Markdown.
 */
import fc from 'fast-check';
import type { Changes } from '../../../stacks/review/changes/changes';
import { reviewMarkdown } from '../../../stacks/review/markdown';
import { escaped } from '../../../stacks/review/markdown/escape';
import type { ReviewDocument } from '../../../stacks/review/review-document';
import { EMPTY_REVIEW } from './review-fixture';

const NO_CHANGES: Changes = {
  kind: 'against',
  base: 'git:main',
  effect: 'none',
  headlines: [],
  objects: [],
  components: [],
  connections: [],
  amounts: [],
  guarantees: [],
};

test('nothing changes', () => {
  expect(reviewMarkdown({ ...EMPTY_REVIEW, changes: NO_CHANGES })).toBe(`## empty-dev: nothing changes

Against git:main: objects 0 changed, 0 added, 0 removed. No findings, exceptions: 0.

The picture, every object and the text behind each change: empty-dev/review.html, which opens from disk.
`);
});

test('nothing to compare with: the environment itself', () => {
  const document: ReviewDocument = {
    ...EMPTY_REVIEW,
    totals: { pods: 3, cpuMillis: 1250, memoryBytes: 1024 ** 3, volumeBytes: 2 * 1024 ** 4, objects: 12 },
    components: [
      {
        name: 'loki',
        layer: 'store',
        summary: 'Log store',
        namespace: 'a',
        startsInWave: 1,
        workloads: [
          {
            id: 'loki',
            kind: 'StatefulSet',
            replicas: 3,
            maxReplicas: 3,
            images: [],
            cpuMillis: 1,
            memoryBytes: 1,
            volumeBytes: 1,
          },
        ],
        endpoints: [],
        connections: [],
        configs: [],
        objects: [],
        networkPolicies: [],
        policies: [],
        derivations: [],
        alerts: [],
      },
    ],
  };
  expect(reviewMarkdown(document)).toBe(`## empty-dev

What it is: Nothing at all. 1 component, 0 connections, 12 objects; 3 pods request 1.3 CPUs, 1 GiB of memory and 2 TiB of volumes. No findings, exceptions: 0.

### Components

<details>
<summary>1</summary>

| Component | Layer | What it is | Runs |
| --- | --- | --- | --- |
| loki | store | Log store | StatefulSet × 3 |

</details>

The picture, every object and the text behind each change: empty-dev/review.html, which opens from disk.
`);
});

test('a model that cannot be made: its findings', () => {
  const finding = { source: 'model', path: 'a/b', property: 'p', value: 'v', rule: 'r', remedy: 'm' };
  expect(reviewMarkdown({ ...EMPTY_REVIEW, unmade: true, findings: [finding] })).toMatch(
    /^## empty-dev: the model cannot be made\n[^]*\*\*Findings: 1\*\*[^]*\| a\/b \| p = v \| r \| m \|\n/,
  );
});

test('a base without a graph says so', () => {
  expect(
    reviewMarkdown({ ...EMPTY_REVIEW, changes: { ...NO_CHANGES, notCompared: 'no graph of <main>' } }),
  ).toContain('No findings, exceptions: 0. no graph of &lt;main&gt;.\n');
});

test('two environments: what differs, without effects', () => {
  const changes: Changes = {
    ...NO_CHANGES,
    kind: 'compare',
    base: 'other-dev',
    headlines: [{ topic: 'data', effect: 'none', link: '#/changes', text: 'loki keeps logs: 7 d, 30 d' }],
    objects: [
      {
        id: 'Service a/b',
        component: 'b',
        change: 'changed',
        effect: 'none',
        why: '',
        fields: [{ path: 'spec.x', before: '1', after: '2', effect: 'none', why: '' }],
        textDiff: '',
      },
    ],
  };
  const text = reviewMarkdown({ ...EMPTY_REVIEW, changes });
  expect(text).toMatch(/^## empty-dev compared with other-dev\n/);
  expect(text).toContain('| data | loki keeps logs: 7 d, 30 d |\n');
  expect(text).toContain('| Service a/b | changed | spec.x |\n');
  expect(text).not.toContain('no effect');
});

test.each([
  ['a|b', 'a&#124;b'],
  [
    '`code` *bold* ~gone~ $x$ ![i](u)',
    '&#96;code&#96; &#42;bold&#42; &#126;gone&#126; &#36;x&#36; &#33;&#91;i&#93;(u)',
  ],
  ['<details>&amp;</details>', '&lt;details&gt;&amp;amp;&lt;/details&gt;'],
  ['two\nlines\r\n and a \u0000 nought', 'two lines  and a   nought'],
  ['snake_case and _it_', 'snake_case and &#95;it&#95;'],
  ['topic a#12, kafka/x#egress', 'topic a&#35;12, kafka/x#egress'],
  ['@team and a@example.com and x@sha256', '@\u200bteam and a@example.com and x@sha256'],
  ['back\\slash', 'back&#92;slash'],
  ['x'.repeat(700), `${'x'.repeat(600)}…`],
])('escapes %j', (text, expected) => {
  expect(escaped(text)).toBe(expected);
});

test('cut by whole rows, gravest first, with how many are left', () => {
  const objects = Array.from({ length: 400 }, (_, index) => ({
    id: `Service a/s${index}`,
    component: 'a',
    change: 'changed' as const,
    effect: index < 20 ? ('disruption' as const) : ('none' as const),
    why: 'it is so',
    fields: [],
    textDiff: '',
  }));
  const text = reviewMarkdown(
    { ...EMPTY_REVIEW, changes: { ...NO_CHANGES, effect: 'disruption', objects } },
    6000,
  );
  expect(text.length).toBeLessThanOrEqual(6000);
  expect(text).toContain('| disruption | Service a/s0 | changed | it is so |\n');
  const shown = text.match(/^\| (?:disruption|no effect by itself) \|/gm)?.length ?? 0;
  expect(shown).toBeGreaterThan(20);
  expect(text).toContain(`\n… and ${400 - shown} more, see review.html\n`);
  expectSound(text);
});

/** Folds are closed, and each table has as many cells in every row as columns. */
function expectSound(text: string): void {
  let depth = 0;
  let columns = 0;
  for (const line of text.split('\n')) {
    if (line === '<details>') depth += 1;
    if (line === '</details>') depth -= 1;
    expect([0, 1]).toContain(depth);
    // Nobody's text begins a tag, a heading, a code block or a list.
    if (line !== '')
      expect(line).toMatch(
        /^(?:##+ |\||<details>$|<\/details>$|<summary>\d+(?: more)?<\/summary>$|\p{L}|\*\*|…)/u,
      );
    const pipes = line.startsWith('|') ? line.split('|').length - 1 : 0;
    if (columns > 0 && pipes > 0) expect(pipes).toBe(columns);
    columns = pipes;
  }
  expect(depth).toBe(0);
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '| a | b |',
    '</details>',
    '```',
    '\n\n# x',
    '<!--',
    '| --- |',
    '\\|',
    '*'.repeat(900),
    '\ud800',
    '- [ ] x',
  ),
);

const anyChanges: fc.Arbitrary<Changes> = fc.record({
  kind: fc.constantFrom('against' as const, 'compare' as const),
  base: hostile,
  effect: fc.constantFrom('none' as const, 'data at risk' as const),
  headlines: fc.array(
    fc.record({
      topic: fc.constantFrom('data' as const, 'load' as const),
      effect: fc.constantFrom('none' as const, 'restart' as const),
      link: hostile,
      text: hostile,
    }),
    { maxLength: 40 },
  ),
  objects: fc.array(
    fc.record({
      id: hostile,
      component: hostile,
      change: fc.constantFrom('added' as const, 'removed' as const, 'changed' as const),
      effect: fc.constantFrom('none' as const, 'disruption' as const),
      why: hostile,
      fields: fc.array(fc.record({ path: hostile, effect: fc.constant('none' as const), why: hostile }), {
        maxLength: 2,
      }),
      textDiff: hostile,
    }),
    { maxLength: 60 },
  ),
  components: fc.constant([]),
  connections: fc.array(
    fc.record({
      id: hostile,
      change: fc.constantFrom('added' as const, 'changed' as const),
      fields: fc.array(fc.record({ what: hostile, before: hostile, after: hostile }), { maxLength: 2 }),
    }),
    { maxLength: 20 },
  ),
  amounts: fc.array(
    fc.record({
      component: fc.oneof(hostile, fc.constant('total')),
      what: fc.constantFrom('cpu' as const, 'pods' as const),
      before: fc.nat(),
      after: fc.nat(),
    }),
    { maxLength: 20 },
  ),
  guarantees: fc.array(
    fc.record({
      connection: hostile,
      beforeSeconds: fc.option(fc.nat()),
      afterSeconds: fc.option(fc.nat()),
      wantedSeconds: fc.nat(),
      arithmetic: fc.array(hostile, { maxLength: 3 }),
    }),
    { maxLength: 10 },
  ),
});

const anyDocument: fc.Arbitrary<ReviewDocument> = fc
  .record({
    environment: hostile,
    describe: hostile,
    changes: fc.option(anyChanges, { nil: undefined }),
    findings: fc.array(
      fc.record({
        source: hostile,
        path: hostile,
        property: hostile,
        value: hostile,
        rule: hostile,
        remedy: hostile,
      }),
      { maxLength: 40 },
    ),
    exceptions: fc.array(
      fc.record({
        kind: fc.constant('policy' as const),
        rule: hostile,
        subject: hostile,
        reason: hostile,
        owner: hostile,
        expires: fc.option(hostile),
      }),
      { maxLength: 20 },
    ),
  })
  .map(({ changes, ...fields }) => ({
    ...EMPTY_REVIEW,
    ...fields,
    ...(changes === undefined ? {} : { changes }),
  }));

test('whatever stands in the document: never longer than the limit, never a broken table or an open fold', () => {
  fc.assert(
    fc.property(anyDocument, fc.oneof(fc.nat(3000), fc.nat(70_000)), (document, limit) => {
      const text = reviewMarkdown(document, limit);
      expect(text.length).toBeLessThanOrEqual(limit);
      if (text.startsWith('## ')) expectSound(text);
      else expect('See review.html\n'.startsWith(text)).toBe(true);
    }),
    { numRuns: 60, seed: 8 },
  );
});
