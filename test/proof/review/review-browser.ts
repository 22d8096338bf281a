/**
 * A browser with review pages opened from disk: of Hyperion in production with a pull request's changes, of a hub with 200
 * clusters, and small ones.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { chromium, type Browser, type Page } from 'playwright-core';

import { baselineOf } from '../../../stacks/review/changes/baseline';
import { gatherReview } from '../../../stacks/review/gather';
import { reviewHtml } from '../../../stacks/review/html';
import type { ReviewDocument } from '../../../stacks/review/review-document';
import { ROOT } from '../../stacks/laptop/laptop-fixture';
import { manySpokes } from '../../stacks/review/many-spokes';
import { afterPullRequest, beforePullRequest } from '../../stacks/review/pull-request-environments';
import { tool } from '../../tools/obtain';
import { openingCost } from './opening-cost';

const SEEN_LIMIT_MS = 30_000;
const WIDE = { width: 1280, height: 900 };
/** The day that the reviews are of. */
export const AS_OF = '2026-11-01';

export const START_LIMIT_MS = 240_000;
export const TEST_LIMIT_MS = 240_000;
export const THEMES = ['light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export interface Opened {
  readonly page: Page;
  /** What the browser's console said, policy violations too, and every request but that for the file. */
  readonly complaints: string[];
  /** What it took until its heading stood. */
  readonly costMs: number;
}

interface OpenOptions {
  readonly theme?: Theme;
  readonly viewport?: { readonly width: number; readonly height: number };
  /** The page's own policy would not let axe in. */
  readonly forAxe?: boolean;
}

export class ReviewBrowser {
  private readonly folder = mkdtempSync(join(tmpdir(), 'hyperion-review-proof-'));
  private readonly reviews = new Map<string, ReviewDocument>();
  private browser: Browser | undefined;

  /** @param others by name; `prod` and `hub` are always there */
  async start(others: Readonly<Record<string, ReviewDocument>>): Promise<void> {
    const baseline = {
      ...baselineOf('hyperion-prod', beforePullRequest()),
      kind: 'against',
      label: 'git:main',
    } as const;
    const prod = await gatherReview('hyperion-prod', afterPullRequest(), { asOf: AS_OF, baseline });
    const hub = await gatherReview('hub-infra', manySpokes(), { asOf: AS_OF });
    for (const [name, { findings, unmade }] of Object.entries({ prod, hub })) {
      expect({ name, unmade, findings }).toEqual({ name, findings: [] });
    }
    for (const [name, review] of Object.entries({ prod, hub, ...others })) {
      this.reviews.set(name, review);
      writeFileSync(this.fileOf(name), reviewHtml(review, ROOT));
    }
    // The page is the only content; Chromium's sandbox does not work for root.
    this.browser = await chromium.launch({
      executablePath: await tool('chromium'),
      args: ['--no-sandbox'],
    });
  }

  async stop(): Promise<void> {
    await this.browser?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  review(name: string): ReviewDocument {
    const review = this.reviews.get(name);
    if (review === undefined) throw new Error(`no review ${name}: the start failed`);
    return review;
  }

  url(name: string, hash = ''): string {
    return `${pathToFileURL(this.fileOf(name)).href}${hash}`;
  }

  async open(name: string, hash = '', options: OpenOptions = {}): Promise<Opened> {
    if (this.browser === undefined) throw new Error('the browser did not start');
    const { theme = 'light', viewport = WIDE, forAxe = false } = options;
    const page = await this.browser.newPage({ viewport, colorScheme: theme, bypassCSP: forAxe });
    page.setDefaultTimeout(SEEN_LIMIT_MS);
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (request.url().split('#')[0] !== this.url(name) && !request.url().startsWith('data:')) {
        complaints.push(`request: ${request.url()}`);
      }
    });
    const cost = await openingCost(page);
    await page.goto(this.url(name, hash));
    await page.locator('h1').waitFor();
    return { page, complaints, costMs: await cost() };
  }

  private fileOf(name: string): string {
    return join(this.folder, `${name}.html`);
  }
}

/** As by a link in the page. */
export async function go(page: Page, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  // The change of the address is an event of its own: after the next one the view stands.
  await page.evaluate('new Promise((done) => setTimeout(done, 0))');
}
