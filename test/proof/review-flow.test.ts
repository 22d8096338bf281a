/**
 * The data-flow picture in a real browser, from disk, measured as it is painted: of Hyperion in production against its
 * state before a pull request, of the hub, and of a hub with 200 spokes. What it does not show: how it looks, for which
 * the pictures in docs/images are.
 */
import type { Locator, Page } from 'playwright-core';

import { ENVIRONMENTS } from '../../stacks/environments';
import { gatherReview } from '../../stacks/review/gather';
import type { Area } from '../../stacks/review/picture/picture';
import { overlapping } from '../stacks/review/picture-fixture';
import { proof } from '../tools/proof';
import { OPEN_LIMIT_MS } from './review/opening-cost';
import {
  AS_OF,
  ReviewBrowser,
  START_LIMIT_MS,
  TEST_LIMIT_MS,
  THEMES,
  type Opened,
  type Theme,
} from './review/review-browser';

/** A wheel's turn reaches the page some frames later. */
const WHEEL_SETTLES_MS = 250;
const VIEWPORT = { width: 1440, height: 900 };
/** Hyperion in production, a hub with 200 clusters, and the hub as it is. */
const NAMES = ['prod', 'hub', 'infra'] as const;

type Measured = Area & { readonly id: string };

proof(['chromium'], 'the data-flow picture, in a browser', () => {
  const reviews = new ReviewBrowser();

  beforeAll(async () => {
    const infra = ENVIRONMENTS['hub-infra'];
    if (infra === undefined) throw new Error('there is no environment hub-infra');
    await reviews.start({ infra: await gatherReview('hub-infra', infra, { asOf: AS_OF }) });
    for (const name of NAMES) expect(reviews.review(name).picture.nodes.length).toBeGreaterThan(10);
  }, START_LIMIT_MS);
  afterAll(() => reviews.stop(), START_LIMIT_MS);

  async function open(name: string, hash = '#/flow', theme: Theme = 'light'): Promise<Opened> {
    const opened = await reviews.open(name, hash, { theme, viewport: VIEWPORT });
    await opened.page.locator('.flow-svg .node').first().waitFor();
    return opened;
  }

  const node = (page: Page, id: string): Locator => page.locator(`a[data-node="${id}"]`);
  const sceneOf = async (page: Page): Promise<{ x: number; y: number; scale: number }> => {
    const transform = (await page.locator('.scene').getAttribute('transform')) ?? '';
    const [x = NaN, y = NaN, scale = NaN] = (transform.match(/-?\d+(\.\d+)?(e-?\d+)?/g) ?? []).map(Number);
    return { x, y, scale };
  };
  const measured = (page: Page, selector: string): Promise<Measured[]> =>
    page.evaluate<Measured[]>(
      `[...document.querySelectorAll(${JSON.stringify(selector)})].map((e) => {
        const { x, y, width, height } = e.getBoundingClientRect();
        return { id: (e.closest('[data-node], .frame')?.getAttribute('data-node') ?? e.parentElement.textContent), x, y, width, height };
      })`,
    );

  describe.each(NAMES)('%s', (name) => {
    test(
      'opens in time, and no two boxes overlap as they are painted',
      async () => {
        const { page, complaints, costMs } = await open(name);
        // It was measured: no page opens for nothing.
        expect(costMs).toBeGreaterThan(10);
        expect(costMs).toBeLessThan(OPEN_LIMIT_MS);
        const boxes = await measured(page, '.node .box');
        expect(boxes).toHaveLength(reviews.review(name).picture.nodes.length);
        expect(overlapping(boxes)).toEqual([]);
        expect(overlapping(await measured(page, '.frame rect'))).toEqual([]);
        const [stage] = await measured(page, '.flow-svg');
        const [scene] = await measured(page, '.scene .frames');
        // All of it is in sight.
        expect(scene?.x).toBeGreaterThanOrEqual(stage?.x ?? NaN);
        expect((scene?.x ?? NaN) + (scene?.width ?? NaN)).toBeLessThanOrEqual(
          (stage?.x ?? NaN) + (stage?.width ?? NaN),
        );
        expect(complaints).toEqual([]);
        await page.close();
      },
      TEST_LIMIT_MS,
    );

    test.each(THEMES)(
      'titles stay in their boxes, near and far, %s',
      async (theme) => {
        const { page } = await open(name, '#/flow', theme);
        for (const zoom of [0, 4]) {
          for (let i = 0; i < zoom; i += 1) await page.keyboard.press('Tab');
          for (let i = 0; i < zoom; i += 1) await page.getByRole('button', { name: 'Larger (+)' }).click();
          const sticking = await page.evaluate<string[]>(
            `[...document.querySelectorAll('.node')].flatMap((node) => {
              const box = node.querySelector('.box').getBoundingClientRect();
              return [...node.querySelectorAll('.letters > g:not(.sign) text')].filter((text) => {
                const { width, top, bottom } = text.getBoundingClientRect();
                return width > box.width * 1.04 || (width > 0 && (top < box.top - 1 || bottom > box.bottom + 1));
              }).map((text) => text.textContent);
            })`,
          );
          expect(sticking).toEqual([]);
        }
        const paper = await page.evaluate<string>(
          `getComputedStyle(document.querySelector('.frame rect')).fill`,
        );
        expect(paper).toBe(theme === 'light' ? 'rgb(245, 245, 241)' : 'rgb(18, 19, 21)');
        await page.close();
      },
      TEST_LIMIT_MS,
    );
  });

  test(
    'zoom by buttons, keys and the wheel with Ctrl; pan by arrows and dragging; fit brings all back',
    async () => {
      const { page, complaints } = await open('prod');
      const fitted = await sceneOf(page);
      await page.getByRole('button', { name: 'Larger (+)' }).click();
      expect((await sceneOf(page)).scale).toBeCloseTo(fitted.scale * 1.25, 5);
      await page.locator('.flow-svg').focus();
      await page.keyboard.press('-');
      expect((await sceneOf(page)).scale).toBeCloseTo(fitted.scale, 5);
      await page.keyboard.press('ArrowLeft');
      expect((await sceneOf(page)).x).toBeCloseTo(fitted.x + 60, 3);
      await page.keyboard.press('0');
      expect(await sceneOf(page)).toEqual(fitted);

      const [stage] = await measured(page, '.flow-svg');
      const at = { x: (stage?.x ?? 0) + 300, y: (stage?.y ?? 0) + 12 };
      await page.mouse.move(at.x, at.y);
      await page.mouse.wheel(0, -100);
      await page.waitForTimeout(WHEEL_SETTLES_MS);
      expect(await sceneOf(page)).toEqual(fitted);
      await page.keyboard.down('Control');
      await page.mouse.wheel(0, -240);
      await page.waitForTimeout(WHEEL_SETTLES_MS);
      await page.keyboard.up('Control');
      const before = await sceneOf(page);
      expect(before.scale).toBeCloseTo(fitted.scale * 2, 3);
      await page.mouse.down();
      await page.mouse.move(at.x + 80, at.y + 30, { steps: 4 });
      await page.mouse.up();
      const after = await sceneOf(page);
      expect([after.x - before.x, after.y - before.y].map(Math.round)).toEqual([80, 30]);
      await page.getByRole('button', { name: /^Fit/ }).click();
      expect(await sceneOf(page)).toEqual(fitted);
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test(
    'a click selects a box: its connections are told, the rest is dimmed, and the address can be handed on',
    async () => {
      const { page, complaints } = await open('prod');
      await node(page, 'loki').click();
      await page.locator('.flow-panel h2', { hasText: /^loki$/ }).waitFor();
      expect(new URL(page.url()).hash).toBe('#/flow/loki');
      expect(await page.locator('.flow-panel tbody tr').count()).toBeGreaterThan(3);
      expect(await node(page, 'loki').getAttribute('aria-current')).toBe('true');
      const dimmed = await page.evaluate<string[]>(
        `[...document.querySelectorAll('.node.is-dim a')].map((a) => a.getAttribute('data-node'))`,
      );
      expect(dimmed).toContain('tempo');
      expect(dimmed).not.toContain('otel-logs');
      await page.locator('.flow-svg').focus();
      await page.keyboard.press('Escape');
      expect(await page.locator('.node.is-dim').count()).toBe(0);
      expect(new URL(page.url()).hash).toBe('#/flow');
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test(
    'a deep link selects, and the panel leads to the component and to its connections',
    async () => {
      const { page, complaints } = await open('prod', '#/flow/loki');
      await page.locator('.flow-panel h2', { hasText: /^loki$/ }).waitFor();
      const link = page.locator('.flow-panel tbody a').first();
      expect(await link.getAttribute('href')).toMatch(/^#\/connection\//);
      await page.getByRole('link', { name: 'Open the component’s page' }).click();
      await page.locator('h1', { hasText: 'loki' }).waitFor();
      expect(new URL(page.url()).hash).toBe('#/component/loki');
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test(
    'by keyboard: Tab goes along the flow, focus is seen, Space selects, Enter opens',
    async () => {
      const { page, complaints } = await open('prod');
      const order = reviews.review('prod').picture.nodes.map(({ id }) => id);
      await page.locator('.flow-svg').focus();
      const focused = (): Promise<string | null> =>
        page.evaluate<string | null>(`document.activeElement.getAttribute('data-node')`);
      for (const id of order.slice(0, 5)) {
        await page.keyboard.press('Tab');
        expect(await focused()).toBe(id);
      }
      const width = await page.evaluate<string>(
        `getComputedStyle(document.activeElement.querySelector('.box')).strokeWidth`,
      );
      expect(parseFloat(width)).toBeGreaterThan(3);
      await node(page, 'kafka').focus();
      await page.keyboard.press('Space');
      await page.locator('.flow-panel h2', { hasText: /^kafka$/ }).waitFor();
      await page.keyboard.press('Enter');
      await page.locator('h1', { hasText: 'kafka' }).waitFor();
      expect(new URL(page.url()).hash).toBe('#/component/kafka');
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test(
    'a line is selected by keyboard, and tells its connection with delivery and guarantee',
    async () => {
      const { page } = await open('prod');
      const line = page.locator('[data-line="otel-logs → loki (telemetry)"]');
      await line.focus();
      expect(await page.locator('.flow-caption').textContent()).toContain(
        'otel-logs to loki, OTLP/HTTP 3100',
      );
      await page.keyboard.press('Space');
      await page.locator('.flow-panel h2', { hasText: 'otel-logs → loki' }).waitFor();
      expect(await line.getAttribute('aria-pressed')).toBe('true');
      const row = await page.locator('.flow-panel tbody tr').first().textContent();
      expect(row).toMatch(/otlp-http 3100.*disk queue.*survives/);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test(
    'the legend switches signals off and on',
    async () => {
      const { page } = await open('prod');
      const seen = (): Promise<number> => page.locator('.strand.is-traces:visible').count();
      const all = await seen();
      expect(all).toBeGreaterThan(4);
      await page.getByRole('checkbox', { name: 'Traces' }).uncheck();
      expect(await seen()).toBe(0);
      // The others of the same line stay.
      expect(await page.locator('.strand.is-logs:visible').count()).toBeGreaterThan(4);
      await page.getByRole('checkbox', { name: 'Scrapes' }).uncheck();
      expect(await page.locator('.line.is-scrapes:visible').count()).toBe(0);
      await page.getByRole('checkbox', { name: 'Traces' }).check();
      expect(await seen()).toBe(all);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test(
    'what a pull request changes bears a colour, a sign, and a count in the legend',
    async () => {
      const { page, complaints } = await open('prod');
      const marked = await page.locator('.node[class*="is-added"], .node[class*="is-changed"]').count();
      expect(marked).toBeGreaterThan(0);
      expect(await page.locator('.node .sign text').count()).toBeGreaterThanOrEqual(marked);
      expect(await page.locator('.flow-mark').count()).toBeGreaterThan(0);
      await page.getByLabel('Only these in full colour').check();
      const plain = page.locator('.node:not(.is-added):not(.is-changed):not(.is-removed)');
      expect(await plain.count()).toBe(await page.locator('.node.is-dim').count());
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test(
    '200 spokes are one box that names them all',
    async () => {
      const { page } = await open('hub', '#/flow/cluster-*');
      await page.locator('.flow-panel h2', { hasText: 'cluster-*' }).waitFor();
      await page.locator('.flow-members summary').click();
      expect(await page.locator('.flow-members li').count()).toBe(200);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test(
    'the whole window is one press away, and nothing moves for who wants no motion',
    async () => {
      const { page } = await open('infra');
      const small = await sceneOf(page);
      await page.getByRole('button', { name: 'Whole window' }).click();
      await page.waitForTimeout(WHEEL_SETTLES_MS);
      expect((await sceneOf(page)).scale).toBeGreaterThan(small.scale);
      await page.emulateMedia({ reducedMotion: 'reduce' });
      expect(
        await page.evaluate<string>(`getComputedStyle(document.querySelector('.node')).transitionDuration`),
      ).toBe('0s');
      await page.close();
    },
    TEST_LIMIT_MS,
  );
});
