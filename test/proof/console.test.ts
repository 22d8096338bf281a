/**
 * `telemetry-local` in a browser: the five services themselves, the console, and Swagger UI. What it does not show: how it
 * looks, for which the pictures in docs/images are.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium, type Browser, type Page } from 'playwright-core';

import { startTelemetryLocal, type TelemetryLocal } from '../../stacks/laptop/telemetry-local';
import { ROOT } from '../stacks/laptop/laptop-fixture';
import { proof } from '../tools/proof';
import { tool } from '../tools/obtain';

const START_LIMIT_MS = 180_000;
const TEST_LIMIT_MS = 120_000;
const SEEN_LIMIT_MS = 45_000;
const VIEWPORT = { width: 1280, height: 900 };

proof(['chromium'], 'the console of telemetry-local, in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-console-proof-'));
  const reports: string[] = [];
  let running: TelemetryLocal | undefined;
  let browser: Browser | undefined;

  beforeAll(async () => {
    running = await startTelemetryLocal({
      root: ROOT,
      stateFolder: join(folder, 'state'),
      reset: false,
      port: 0,
      outputFolder: join(ROOT, 'test', 'golden'),
      progress: () => undefined,
      report: (text) => reports.push(text),
      signal: new AbortController().signal,
      // Two hosts of four: enough for a picture, and little for a busy machine.
      sample: { hours: 0.5, hosts: 2, gpusPerHost: 4 },
    });
    // The console's own content is the only one; Chromium's sandbox does not work for root.
    browser = await chromium.launch({ executablePath: await tool('chromium'), args: ['--no-sandbox'] });
  }, START_LIMIT_MS);

  afterAll(async () => {
    await browser?.close();
    await running?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, START_LIMIT_MS);

  /** A page of the console, and what its console complained of. */
  async function open(
    path: string,
    colorScheme: 'light' | 'dark' = 'light',
    width = VIEWPORT.width,
  ): Promise<{ readonly page: Page; readonly complaints: string[] }> {
    if (browser === undefined || running === undefined) throw new Error('the start failed');
    const page = await browser.newPage({ viewport: { ...VIEWPORT, width }, colorScheme });
    page.setDefaultTimeout(SEEN_LIMIT_MS);
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${running.url}/#/${path}`);
    return { page, complaints };
  }

  /** Waits until the expression, evaluated in the page, is true. */
  async function until(page: Page, expression: string): Promise<void> {
    const deadline = Date.now() + SEEN_LIMIT_MS;
    // Not `waitForFunction`: it compiles the text in the page, which the page's policy forbids.
    while ((await page.evaluate<unknown>(expression)) !== true) {
      if (Date.now() > deadline) throw new Error(`not within ${SEEN_LIMIT_MS} ms: ${expression}`);
      await page.waitForTimeout(100);
    }
  }

  /** How many pixels of a canvas are painted; off a copy, for Chromium complains of a canvas that is read again and again. */
  const painted = (selector: string): string =>
    `(() => { const c = document.querySelector(${JSON.stringify(selector)}); if (!c || !c.width) return 0;
      const copy = new OffscreenCanvas(c.width, c.height).getContext('2d', { willReadFrequently: true });
      copy.drawImage(c, 0, 0);
      const data = copy.getImageData(0, 0, c.width, c.height).data;
      let count = 0; for (let i = 3; i < data.length; i += 4) if (data[i] > 0) count += 1; return count; })()`;

  test.each(['light', 'dark'] as const)(
    'the fleet is drawn live, %s',
    async (theme) => {
      const { page, complaints } = await open('fleet', theme);
      await page.locator('h1', { hasText: 'GPU temperature' }).waitFor();
      await until(page, `${painted('.overlay canvas')} > 2000`);
      await until(page, `document.querySelectorAll('.gpus a').length === 8`);
      await until(page, `${painted('.gpus canvas')} > 50`);
      await page.getByText('followed live').waitFor();
      // A sweep comes every two seconds: numbers and lines change.
      const before = await page.evaluate<string>(
        `[...document.querySelectorAll('.gpus b')].map((e) => e.textContent).join()`,
      );
      expect(before).toMatch(/\d/);
      await until(
        page,
        `[...document.querySelectorAll('.gpus b')].map((e) => e.textContent).join() !== ${JSON.stringify(before)}`,
      );
      const [paper, accented] = await page.evaluate<[string, number]>(
        `[getComputedStyle(document.documentElement).backgroundColor, document.querySelectorAll('.gpus a.look').length]`,
      );
      expect(paper).toBe(theme === 'light' ? 'rgb(245, 245, 241)' : 'rgb(18, 19, 21)');
      expect(accented).toBe(1);
      await page.getByLabel('Metric').selectOption({ label: 'Power draw' });
      await page.locator('h1', { hasText: 'Power draw' }).waitFor();
      await until(page, `${painted('.overlay canvas')} > 2000`);
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test(
    'a GPU has a page with all of its metrics, by keyboard',
    async () => {
      const { page, complaints } = await open('fleet');
      const tile = page.getByRole('link', { name: /gpu-host-01 GPU 2/ });
      await tile.focus();
      await page.keyboard.press('Enter');
      await page.locator('h1', { hasText: 'gpu-host-01 · GPU 2' }).waitFor();
      await until(page, `document.querySelectorAll('.gpu-charts canvas').length === 10`);
      await until(page, `${painted('.gpu-charts canvas')} > 400`);
      expect(await page.getByRole('region', { name: 'GPU utilisation' }).count()).toBe(1);
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test(
    'the flow is lit and moves; a service that is killed is shown, and comes back',
    async () => {
      const { page, complaints } = await open('flow');
      await until(page, `document.querySelectorAll('.picture .is-on').length === 5`);
      await until(page, `document.querySelectorAll('.picture .run:not(.still)').length >= 6`);
      const stored = `Number(document.getElementById('pulse').textContent.replace(/,/g, '').match(/^\\d+/)?.[0] ?? 0)`;
      const before = await page.evaluate<number>(stored);
      await until(page, `${stored} > ${before}`);
      const collector = running?.laptop.services.find(({ name }) => name === 'collector');
      process.kill(collector?.pid ?? 0, 'SIGKILL');
      await until(page, `document.querySelector('.banner').textContent.startsWith('Collector: ')`);
      await until(page, `document.querySelector('.banner').hidden`);
      expect(collector?.restarts).toBe(1);
      expect(reports).toEqual(['collector ended by itself (signal SIGKILL); it is started again']);
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test.each([1280, 800])(
    'every page is there, and nothing is cut off, %i px wide',
    async (width) => {
      const { page, complaints } = await open('fleet', 'light', width);
      for (const [link, seen] of [
        ['Services', 'What streamer said last'],
        ['Dead letters', 'None. Every message so far was understood and stored.'],
        ['API', 'Make a key for reading'],
        ['Environments', 'hyperion-dev'],
        ['Flow', 'Messages in the queue'],
      ] as const) {
        await page.getByRole('link', { name: link }).first().click();
        await page.getByText(seen).first().waitFor();
        const overflow = await page.evaluate<number>(
          `document.documentElement.scrollWidth - document.documentElement.clientWidth`,
        );
        expect({ link, overflow }).toEqual({ link, overflow: 0 });
      }
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );

  test(
    'a key from the console opens the API in Swagger UI',
    async () => {
      const { page, complaints } = await open('api');
      await page.getByRole('button', { name: 'Make a key for reading' }).click();
      const key = await page.locator('[aria-live] code').first().innerText();
      expect(key.length).toBeGreaterThan(20);
      const docs = await page.getByRole('link', { name: /^Open 127/ }).getAttribute('href');
      await page.goto(docs ?? '');
      await page.getByRole('button', { name: 'Authorize' }).first().click();
      await page.locator('.auth-container input').first().fill(key);
      await page.locator('.auth-container button.authorize').first().click();
      await page.locator('.auth-btn-wrapper button.btn-done').first().click();
      const route = page.locator('#operations-telemetry-listDevices');
      await route.locator('.opblock-summary').click();
      await route.getByRole('button', { name: 'Try it out' }).click();
      await route.getByRole('button', { name: 'Execute' }).click();
      const answer = route.locator('.live-responses-table .response');
      await answer.first().waitFor();
      expect(await answer.locator('.response-col_status').first().innerText()).toContain('200');
      expect(await answer.innerText()).toContain('gpu-host-01');
      expect(complaints).toEqual([]);
      await page.close();
    },
    TEST_LIMIT_MS,
  );
});
