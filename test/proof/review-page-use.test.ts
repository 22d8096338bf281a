/**
 * What one does with the review page, in a real browser: search, walk by keyboard, sort and filter, follow links from
 * elsewhere, go back, choose a theme.
 */
import type { Page } from 'playwright-core';

import { addressOf } from '../../stacks/review/page/address';
import { EMPTY_REVIEW } from '../stacks/review/review-fixture';
import { proof } from '../tools/proof';
import { ReviewBrowser, START_LIMIT_MS, TEST_LIMIT_MS } from './review/review-browser';

proof(['chromium'], 'the use of the review page, in a browser', () => {
  const reviews = new ReviewBrowser();
  beforeAll(() => reviews.start({ empty: EMPTY_REVIEW }), START_LIMIT_MS);
  afterAll(() => reviews.stop(), START_LIMIT_MS);

  test(
    'search by keyboard: slash, arrows, Enter, Escape',
    async () => {
      const { page, complaints } = await reviews.open('prod');
      await page.keyboard.press('/');
      await page.keyboard.type('loki');
      const options = page.getByRole('listbox', { name: 'Found' }).getByRole('option');
      await options.first().waitFor();
      expect(await options.first().innerText()).toContain('loki');
      expect(await options.count()).toBe(12);
      await page.keyboard.press('ArrowDown');
      expect(await options.nth(1).getAttribute('aria-selected')).toBe('true');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      await page.locator('h1', { hasText: /^loki$/ }).waitFor();
      expect(new URL(page.url()).hash).toBe('#/component/loki');
      expect(await page.evaluate<string>('document.activeElement.tagName')).toBe('H1');
      await page.keyboard.press('/');
      await page.keyboard.type('nobody has this name');
      await page.getByText('Nothing has that name.').waitFor();
      await page.keyboard.press('Escape');
      expect(await page.getByRole('listbox').isVisible()).toBe(false);
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test(
    'by keyboard alone: past the bars, to a place, into a tab, and back',
    async () => {
      const { page, complaints } = await reviews.open('prod');
      await page.keyboard.press('Tab');
      expect(await focused(page)).toBe('Skip to the content');
      await page.keyboard.press('Enter');
      expect(await focused(page)).toBe('hyperion-prod');
      await page.getByRole('link', { name: /^Components/ }).focus();
      await page.keyboard.press('Enter');
      await page.locator('h1', { hasText: 'Components' }).waitFor();
      expect(await focused(page)).toBe('Components');
      await page.keyboard.press('Tab');
      const first = await focused(page);
      await page.keyboard.press('Enter');
      await page.locator('h1', { hasText: first }).waitFor();
      await page.locator('nav.tabs a', { hasText: 'Manifests' }).focus();
      await page.keyboard.press('Enter');
      await page.locator('nav.tabs a[aria-current]', { hasText: 'Manifests' }).waitFor();
      // Who walks along the tabs stays there.
      expect(await focused(page)).toContain('Manifests');
      await page.goBack();
      await page.goBack();
      await page.locator('h1', { hasText: 'Components' }).waitFor();
      expect(new URL(page.url()).hash).toBe('#/components');
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test(
    'connections: sorted and narrowed, and still so after a look at one of them',
    async () => {
      const { page, complaints } = await reviews.open('hub', addressOf('connections'));
      const rows = page.locator('main tbody tr:not([hidden])');
      const all = await rows.count();
      expect(all).toBe(reviews.review('hub').connections.length);
      const head = page.getByRole('columnheader', { name: 'From → to' });
      await head.getByRole('button').click();
      expect(await head.getAttribute('aria-sort')).toBe('ascending');
      const firstUp = await rows.first().innerText();
      await head.getByRole('button').click();
      expect(await head.getAttribute('aria-sort')).toBe('descending');
      expect(await rows.first().innerText()).not.toBe(firstUp);
      await page.getByLabel('Signal').selectOption('metrics');
      const metrics = await rows.count();
      expect(metrics).toBeLessThan(all);
      await page.getByLabel('Filter connections').fill('SPOKE-117');
      expect(await rows.count()).toBeGreaterThan(0);
      expect(await page.locator('.said').innerText()).toMatch(/^\d+ of [\d,]+ connections$/);
      await page.getByLabel('Filter connections').fill('nowhere to be found');
      await page.getByText(/^None of the [\d,]+ connections fits the filter\.$/).waitFor();
      await page.getByLabel('Filter connections').fill('vmagent');
      const narrowed = await rows.count();
      await rows.first().getByRole('link').first().click();
      await page.locator('h2', { hasText: 'Guarantee' }).waitFor();
      await page.goBack();
      await page.locator('h1', { hasText: 'Connections' }).waitFor();
      expect(await rows.count()).toBe(narrowed);
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test(
    'links from elsewhere lead into the page: an object with a slash, a connection with an arrow, a file, a change',
    async () => {
      const review = reviews.review('prod');
      const object = review.objects.find(({ id }) => id.startsWith('StatefulSet '))?.id ?? '';
      const connection = review.connections[0]?.id ?? '';
      const change = review.changes?.objects[0]?.id ?? '';
      const { page, complaints } = await reviews.open('prod', addressOf('object', object));
      expect(await page.locator('.code').innerText()).toContain('kind: StatefulSet');
      await page.goto(reviews.url('prod', addressOf('connection', connection)));
      await page.reload();
      expect(await page.locator('h1').innerText()).toBe(connection);
      await page.goto(reviews.url('prod', addressOf('changes', change)));
      await page.reload();
      await page.locator('details[open] > summary[data-target]').waitFor();
      await page.goto(reviews.url('prod', '#/component/nobody'));
      await page.reload();
      expect(await page.locator('h1').innerText()).toBe('Not found');
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test(
    'the headlines of the change stand first, gravest first, and lead to the fields and the text behind them',
    async () => {
      const { page, complaints } = await reviews.open('prod');
      const [first] = reviews.review('prod').changes?.headlines ?? [];
      const headline = page.locator('.headlines li a').first();
      expect(await headline.innerText()).toBe(first?.text);
      expect(await page.locator('.headlines h3').first().innerText()).toContain('data at risk');
      await headline.click();
      await page.locator('h1', { hasText: 'Changes' }).waitFor();
      const target = page.locator('details:has(> summary[data-target])');
      expect(await target.locator('th[scope=row]').count()).toBeGreaterThan(0);
      await target.getByText('The difference as text').click();
      const added = target.locator('.diff .is-added').first();
      expect(await added.innerText()).toMatch(/^\+/);
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test(
    'the theme follows the system until one is chosen',
    async () => {
      const { page, complaints } = await reviews.open('empty', '', { theme: 'dark' });
      const paper = (): Promise<string> =>
        page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
      expect(await paper()).toBe('rgb(18, 19, 21)');
      await page.getByLabel('Theme').selectOption('light');
      expect(await paper()).toBe('rgb(245, 245, 241)');
      await page.reload();
      expect(await paper()).toBe('rgb(245, 245, 241)');
      expect(await page.getByLabel('Theme').inputValue()).toBe('light');
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );
});

function focused(page: Page): Promise<string> {
  return page.evaluate<string>('document.activeElement.textContent');
}
