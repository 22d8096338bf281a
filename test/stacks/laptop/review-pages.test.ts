import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { reviewCommand, ReviewPages } from '../../../stacks/laptop/review-pages';
import { until } from './laptop-fixture';

let folder: string;
let pages: ReviewPages;

/** Plays `hyperion review`: notes that it was called, and does what the environment's name says. */
const COMMAND = `
const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs');
const [environment, , out] = process.argv.slice(2);
appendFileSync(out + '/calls', environment + ' begins\\n');
if (environment === 'hangs') setInterval(() => {}, 1000);
else if (environment === 'fails') { console.error('hyperion: no'); process.exitCode = 2; }
else {
  mkdirSync(out + '/' + environment, { recursive: true });
  writeFileSync(out + '/' + environment + '/review.html', 'the page');
  appendFileSync(out + '/calls', environment + ' ends\\n');
  if (environment === 'has-findings') process.exitCode = 1;
}
`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hyperion-reviews-'));
  writeFileSync(join(folder, 'command.js'), COMMAND);
  pages = new ReviewPages({ folder, command: [process.execPath, join(folder, 'command.js')] });
});

afterEach(async () => {
  await pages.stop();
  rmSync(folder, { recursive: true });
});

const calls = (): string[] => readFileSync(join(folder, 'calls'), 'utf8').trimEnd().split('\n');

test('each page is made once, one after the other', async () => {
  const made = await Promise.all([pages.pageOf('a'), pages.pageOf('has-findings'), pages.pageOf('a')]);
  expect(made).toEqual(['a', 'has-findings', 'a'].map((name) => join(folder, name, 'review.html')));
  expect(calls()).toEqual(['a begins', 'a ends', 'has-findings begins', 'has-findings ends']);
  expect(readFileSync(await pages.pageOf('a'), 'utf8')).toBe('the page');
  expect(calls()).toHaveLength(4);
});

test('what went wrong is told, and tried again', async () => {
  await expect(pages.pageOf('fails')).rejects.toThrow(/^hyperion: no$/);
  await expect(pages.pageOf('fails')).rejects.toThrow(/^hyperion: no$/);
  expect(calls()).toEqual(['fails begins', 'fails begins']);
  expect(await pages.pageOf('a')).toBe(join(folder, 'a', 'review.html'));
});

test('the end waits for no page', async () => {
  const page = pages.pageOf('hangs');
  const refused = expect(page).rejects.toThrow('aborted');
  await until('it is being made', () => existsSync(join(folder, 'calls')));
  await pages.stop();
  await refused;
});

test('the command is the compiled one', () => {
  expect(reviewCommand('/checkout')).toEqual([
    process.execPath,
    '/checkout/build/stacks/cli/main.js',
    'review',
  ]);
});
