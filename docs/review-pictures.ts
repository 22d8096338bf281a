/**
 * The pictures of the review page in `docs/images`: Hyperion in production with the pull request of `docs/guides/review.md`.
 * `node -r ts-node/register docs/review-pictures.ts`, by hand: pictures are looked at before they are committed.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { baselineOf } from '../stacks/review/changes/baseline';
import { gatherReview } from '../stacks/review/gather';
import { reviewHtml } from '../stacks/review/html';
import { addressOf } from '../stacks/review/page/address';
import { afterPullRequest, beforePullRequest } from '../test/stacks/review/pull-request-environments';
import { tool } from '../test/tools/obtain';

const ROOT = resolve(__dirname, '..');
const FOLDER = join(ROOT, 'docs', 'images');
const ENVIRONMENT = 'hyperion-prod';
/** In the past of whoever reads it, so that what ends soon stays what it was. */
const AS_OF = '2026-07-31';
const MAX_BYTES = 300_000;

interface Picture {
  readonly name: string;
  readonly hash: string;
  readonly width: number;
  readonly height: number;
  /** What is clicked first. */
  readonly click?: string;
}

const PICTURES: readonly Picture[] = [
  { name: 'summary', hash: addressOf('summary'), width: 1280, height: 900 },
  { name: 'flow', hash: addressOf('flow'), width: 1600, height: 720 },
  { name: 'component', hash: addressOf('component', 'loki'), width: 1280, height: 900 },
  {
    name: 'changes',
    hash: addressOf('changes', 'ConfigMap hyperion-store/loki-config'),
    width: 1280,
    height: 900,
    click: 'details:has(> summary[data-target]) .text > summary',
  },
];

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-review-pictures-'));
  const browser = await chromium.launch({ executablePath: await tool('chromium'), args: ['--no-sandbox'] });
  try {
    const file = join(folder, 'review.html');
    writeFileSync(file, reviewHtml(await pullRequest(), ROOT));
    mkdirSync(FOLDER, { recursive: true });
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ colorScheme });
      for (const picture of PICTURES) await take(page, pathToFileURL(file).href, picture, colorScheme);
      await page.close();
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

async function pullRequest(): ReturnType<typeof gatherReview> {
  const baseline = {
    ...baselineOf(ENVIRONMENT, beforePullRequest()),
    kind: 'against',
    label: 'git:main',
  } as const;
  return gatherReview(ENVIRONMENT, afterPullRequest(), { asOf: AS_OF, baseline });
}

async function take(page: Page, url: string, picture: Picture, theme: 'light' | 'dark'): Promise<void> {
  const { name, hash, width, height, click } = picture;
  await page.setViewportSize({ width, height });
  await page.goto(`${url}${hash}`);
  // An address that differs by its hash only loads nothing.
  await page.reload();
  if (click !== undefined) await page.locator(click).click();
  const path = join(FOLDER, `review-${name}-${theme}.png`);
  const { length } = await page.screenshot({ path });
  process.stdout.write(`${path}: ${Math.ceil(length / 1000)} kB\n`);
  if (length > MAX_BYTES)
    throw new Error(`${path} has ${length} bytes, more than ${MAX_BYTES}: show less of the page`);
}

void main();
