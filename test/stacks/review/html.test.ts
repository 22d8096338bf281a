import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reviewHtml } from '../../../stacks/review/html';
import type { ReviewDocument } from '../../../stacks/review/review-document';
import { smallReview } from './small-review';

// The first one loads the layout engine.
jest.setTimeout(60_000);

const ROOT = join(__dirname, '..', '..', '..');

let review: ReviewDocument;
let html: string;

beforeAll(async () => {
  review = await smallReview();
  html = reviewHtml(review, ROOT);
});

/** What stands between an opening and a closing tag. */
function inside(opening: string, closing: string, text = html): string {
  const start = text.indexOf(opening);
  const end = text.indexOf(closing, start);
  if (start === -1 || end === -1) throw new Error(`no ${opening} … ${closing}`);
  return text.slice(start + opening.length, end);
}

const DATA = '<script type="application/json" id="review">';

test('the policy admits the script and the style that stand in it, and nothing else', () => {
  const sha256 = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const policy = inside('<meta http-equiv="Content-Security-Policy" content="', '">').split('; ');
  expect(policy).toEqual([
    "default-src 'none'",
    `script-src ${sha256(inside('<script>', '</script>'))}`,
    `style-src ${sha256(inside('<style>', '</style>'))}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<style>'));
});

test('one file: it loads nothing from anywhere', () => {
  const markup = html.replace(inside(DATA, '</script>'), '').replace(inside('<script>', '</script>'), '');
  expect(markup).not.toMatch(/(src|href)="(?!data:,")/);
  expect(inside('<style>', '</style>')).not.toMatch(/@import|url\((?!["']?(data:|#))/);
  expect(html.match(/<script/g)).toHaveLength(2);
  expect(markup).toContain('<html lang="en">');
  expect(markup).toContain('<title>small-dev</title>');
});

test('the document is in it as it is, whatever stands in its texts', () => {
  expect(JSON.parse(inside(DATA, '</script>'))).toEqual(review);
  const nasty = 'a</script><script>alert(1)</script><!-- \u2028 \u2029 & "';
  const page = reviewHtml({ ...review, describe: nasty, environment: '<b>&"' }, ROOT);
  const text = inside(DATA, '</script>', page);
  expect(text).not.toMatch(/[<\u2028\u2029]/);
  expect(JSON.parse(text)).toMatchObject({ describe: nasty, environment: '<b>&"' });
  expect(page).toContain('<title>&lt;b>&amp;&quot;</title>');
});

test('the same document gives the same bytes', () => {
  expect(reviewHtml(review, ROOT)).toBe(html);
});

test('without the page’s sources it is said what to do', () => {
  const root = mkdtempSync(join(tmpdir(), 'hyperion-review-'));
  try {
    expect(() => reviewHtml(review, root)).toThrow(
      /^the review page cannot be built from .*stacks\/review\/page: .*Could not resolve "\.\/main\.ts"; run hyperion from a complete checkout \(git restore stacks\/review\/page brings its sources back\)$/,
    );
  } finally {
    rmSync(root, { recursive: true });
  }
});
