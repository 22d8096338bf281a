/**
 * Every view of the review page in a real browser, from disk, in both themes: of Hyperion in production with a pull request's
 * changes, of a hub with 200 clusters, of nothing at all, and with hostile names. What it does not show: how it looks, for
 * which the pictures in docs/images are.
 */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

import { addressOf, VIEWS, type View } from '../../stacks/review/page/address';
import { EMPTY_REVIEW, reviewFixture } from '../stacks/review/review-fixture';
import { proof } from '../tools/proof';
import { OPEN_LIMIT_MS } from './review/opening-cost';
import {
  go,
  ReviewBrowser,
  START_LIMIT_MS,
  TEST_LIMIT_MS,
  THEMES,
  type Theme,
} from './review/review-browser';

const NARROW = { width: 380, height: 800 };
const HOSTILE = `<img src=x onerror="document.title='taken'">`;
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

proof(['chromium'], 'every view of the review page, in a browser', () => {
  const reviews = new ReviewBrowser();
  beforeAll(
    () =>
      reviews.start({
        empty: EMPTY_REVIEW,
        hostile: reviewFixture(HOSTILE),
        unmade: { ...EMPTY_REVIEW, unmade: true, findings: reviewFixture().findings },
      }),
    START_LIMIT_MS,
  );
  afterAll(() => reviews.stop(), START_LIMIT_MS);

  /** Every view, with the first entry of each kind. */
  function addresses(name: string): string[] {
    const review = reviews.review(name);
    const first: Partial<Record<View, string | undefined>> = {
      component: review.components[0]?.name,
      connection: review.connections[0]?.id,
      alert: review.alerts[0]?.id,
      object: review.objects[0]?.id,
    };
    const tabs = ['config', 'manifests', 'endpoints', 'policies', 'requests', 'alerts', 'derived'];
    // The component with most to show.
    const largest = [...review.components].sort((a, b) => b.objects.length - a.objects.length)[0];
    return [
      ...VIEWS.flatMap((view) => {
        const part = first[view];
        return part === undefined ? [addressOf(view)] : [addressOf(view, part)];
      }),
      ...(largest === undefined ? [] : tabs.map((tab) => addressOf('component', largest.name, tab))),
      ...(review.changes?.objects.slice(0, 1) ?? []).map(({ id }) => addressOf('changes', id)),
    ];
  }

  const overflowOf = (page: Page): Promise<number> =>
    page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

  /** What axe calls serious or critical. Only colours depend on the theme. */
  async function barriers(page: Page, theme: Theme): Promise<string[]> {
    const rules = theme === 'light' ? '' : `, runOnly: { type: 'rule', values: ['color-contrast'] }`;
    return page.evaluate<string[]>(
      `axe.run(document, { resultTypes: ['violations']${rules} }).then(({ violations }) => violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html, any }) => id + ': ' + html.slice(0, 200) + ' ' + (any[0]?.message ?? ''))))`,
    );
  }

  test.each(['prod', 'hub'])(
    '%s opens in under 2 s, every view without a complaint and without sideways scrolling',
    async (name) => {
      const { page, complaints, costMs } = await reviews.open(name);
      // It was measured: no page opens for nothing.
      expect(costMs).toBeGreaterThan(10);
      expect(costMs).toBeLessThan(OPEN_LIMIT_MS);
      for (const hash of addresses(name)) {
        await go(page, hash);
        const [heading, title, overflow] = await page.evaluate<[string, string, number]>(
          `[document.querySelector('h1').textContent, document.title, document.documentElement.scrollWidth - document.documentElement.clientWidth]`,
        );
        expect({ hash, overflow, found: heading !== 'Not found' }).toEqual({
          hash,
          overflow: 0,
          found: true,
        });
        expect(title).toContain(reviews.review(name).environment);
      }
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test.each(
    THEMES.flatMap((theme) => (['prod', 'hub', 'empty'] as const).map((name) => [name, theme] as const)),
  )(
    'axe finds nothing serious in any view of %s, %s',
    async (name, theme) => {
      const { page, complaints } = await reviews.open(name, '', { theme, forAxe: true });
      await page.evaluate(AXE);
      const found: Record<string, string[]> = {};
      for (const hash of addresses(name)) {
        await go(page, hash);
        const here = await barriers(page, theme);
        if (here.length > 0) found[hash] = here;
      }
      expect(found).toEqual({});
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test(
    'what is empty says so in words, and no view scrolls sideways on a narrow screen',
    async () => {
      for (const name of ['empty', 'prod'] as const) {
        const { page, complaints } = await reviews.open(name, '', { viewport: NARROW });
        for (const hash of addresses(name)) {
          await go(page, hash);
          expect({ hash, overflow: await overflowOf(page) }).toEqual({ hash, overflow: 0 });
          const words = await page.locator('main').innerText();
          expect(words.length).toBeGreaterThan(20);
        }
        expect(complaints).toEqual([]);
        await page.close();
      }
    },
    TEST_LIMIT_MS,
  );

  test(
    'of a model of which nothing can be made, the findings stand first',
    async () => {
      const { page, complaints } = await reviews.open('unmade');
      await page.getByText('Nothing could be made of this environment').waitFor();
      expect(await page.locator('main tbody').innerText()).toContain('say 4');
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test(
    'names that are markup are shown as text',
    async () => {
      const { page, complaints } = await reviews.open('hostile');
      for (const hash of addresses('hostile')) {
        await go(page, hash);
        for (const details of await page.locator('details:not([open]) > summary').all()) {
          if (await details.isVisible()) await details.click();
        }
        expect(await page.locator('main img').count()).toBe(0);
      }
      await go(page, addressOf('component', HOSTILE));
      expect(await page.locator('h1').innerText()).toBe(HOSTILE);
      expect(await page.title()).toBe(`${HOSTILE} · sample-prod`);
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );
});
