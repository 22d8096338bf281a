/**
 * The pull request that the guide reviews: a shorter retention, a dropped partition, a new consumer, a doubled rate. All four
 * stand with their effects in the changes, which the page shows, and in the Markdown, which is kept beside this file:
 * after a wanted change write it anew with `GOLDEN=write npx jest test/stacks/review/pull-request.test.ts`, and read its diff.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { baselineOf } from '../../../stacks/review/changes/baseline';
import { gatherReview } from '../../../stacks/review/gather';
import { reviewMarkdown } from '../../../stacks/review/markdown';
import type { ReviewDocument } from '../../../stacks/review/review-document';
import { afterPullRequest, beforePullRequest } from './pull-request-environments';

const AS_OF = '2026-06-01';
/** Two syntheses and a layout, on a machine that does other things too. */
const LIMIT_MS = 120_000;
const GOLDEN = join(__dirname, 'pull-request.golden.md');

let document: ReviewDocument;
beforeAll(async () => {
  document = await gatherReview('hyperion-prod', afterPullRequest(), {
    asOf: AS_OF,
    baseline: { ...baselineOf('hyperion-prod', beforePullRequest()), kind: 'against', label: 'git:main' },
  });
}, LIMIT_MS);

/** The four things, each as it stands in the changes and in the Markdown. */
const FOUR: readonly (readonly [string, string, RegExp])[] = [
  [
    'the shorter retention',
    'data at risk',
    /^loki keeps logs for 7 d instead of 30 d: what is beyond that is deleted$/,
  ],
  [
    'the dropped partition',
    'data at risk',
    /^Topic failover-traces loses 3 of its 24 partitions: Kafka cannot take partitions away: the topic must be deleted and made anew$/,
  ],
  [
    'the new consumer',
    'none',
    /^New: consumer-fraud-desk reads logs from kafka, topic egress-fraud-desk, over kafka 9095 with sasl-plain \(kafka-fraud-desk-password\)$/,
  ],
  [
    'the doubled rate',
    'none',
    /^Twice the logs: 33\.4 MiB\/s → 66\.8 MiB\/s on \S+ → \S+ and \d+ more connections; so pods of .*otel-logs 9 → 17.*; volumes of loki .*; room in failover-logs 58\.7 GiB → 117\.3 GiB.* survives \d+ min instead of \d+ min$/,
  ],
];

test.each(FOUR)('%s is told with its effect', (_title, effect, text) => {
  const headlines = document.changes?.headlines.filter((headline) => text.test(headline.text)) ?? [];
  expect(headlines.map((headline) => headline.effect)).toEqual([effect]);
});

test('what the consumer brings with it is told: topic, grant, policy, secret', () => {
  const texts = document.changes?.headlines.map((headline) => headline.text) ?? [];
  expect(texts).toEqual(
    expect.arrayContaining([
      'New topic egress-fraud-desk: 3 partitions in 3 copies, at the most 105.6 GiB on the brokers',
      'Kafka grants: fraud-desk READ on group fraud-desk, fraud-desk READ on topic egress-fraud-desk, otel-egress WRITE on topic egress-fraud-desk',
      'NetworkPolicy hyperion-pipeline/kafka is opened: from 10.62.0.0/24 on 9095',
      'Before the roll-out the store of secrets must hold kafka-fraud-desk-password: pods that read it wait for it',
    ]),
  );
});

test('the whole is as grave as its gravest part, and every headline leads to something', () => {
  expect(document.changes?.effect).toBe('data at risk');
  expect(document.changes?.headlines[0]?.effect).toBe('data at risk');
  const objects = new Set(document.changes?.objects.map(({ id }) => id));
  const connections = new Set(document.connections.map(({ id }) => id));
  for (const { link } of document.changes?.headlines ?? []) {
    const [, view, part] = /^#\/(\w+)(?:\/(.*))?$/.exec(link) ?? [];
    const id = decodeURIComponent(part ?? '');
    if (view === 'changes' && id !== '') expect(objects).toContain(id);
    else if (view === 'connection') expect(connections).toContain(id);
    else expect(['changes', 'secrets', 'exceptions', 'images']).toContain(view);
  }
});

test('each changed object has its text behind it', () => {
  for (const { id, textDiff } of document.changes?.objects ?? [])
    expect([id, textDiff]).toEqual([id, expect.stringMatching(/^@@ [^]*^[+-]/m)]);
});

test('the summary is the one that was looked at', () => {
  const markdown = reviewMarkdown(document);
  if (process.env.GOLDEN === 'write') writeFileSync(GOLDEN, markdown);
  expect(markdown).toBe(readFileSync(GOLDEN, 'utf8'));
});

test.each(FOUR)('%s stands in the summary', (_title, effect, text) => {
  const rows = reviewMarkdown(document)
    .split('\n')
    .map((line) => / \| (.*) \|$/.exec(line)?.[1] ?? '');
  const row = rows.find((cell) => text.test(cell.replaceAll('&#95;', '_')));
  expect([effect, row]).toEqual([effect, expect.any(String)]);
});
