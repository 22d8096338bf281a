import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'cdk8s';
import { CATALOG } from '../../../constructs/core/catalog';
import type { Environments } from '../../../stacks/environment';
import type { ReviewDocument } from '../../../stacks/review/review-document';
import { smallEnvironment } from '../small-platform';
import { Terminal, type Answer } from './terminal';

// The first one loads the layout engine and bundles the page.
jest.setTimeout(60_000);

const ROOT = join(__dirname, '..', '..', '..');

let terminal: Terminal;

beforeEach(() => {
  terminal = new Terminal();
});

afterEach(() => {
  terminal.close();
});

function review(args: readonly string[], environments?: Environments): Promise<Answer> {
  return terminal.runOn(['review', ...args], {
    // The page is built from the checkout's sources.
    root: ROOT,
    ...(environments === undefined ? {} : { environments: () => environments }),
  });
}

function pageOf(folder: string): ReviewDocument {
  const html = readFileSync(join(terminal.cwd, folder, 'review.html'), 'utf8');
  const [, json = ''] = /<script type="application\/json" id="review">(.*?)<\/script>/s.exec(html) ?? [];
  return JSON.parse(json) as ReviewDocument;
}

describe('hyperion review', () => {
  test('a page for each environment', async () => {
    expect(await review(['--out', 'pages/'])).toEqual({
      code: 0,
      out: [
        'small-dev: no findings → pages/small-dev/review.html\n',
        'small-prod: no findings → pages/small-prod/review.html\n',
      ].join(''),
      err: '',
    });
    expect(readdirSync(join(terminal.cwd, 'pages', 'small-prod'))).toEqual(['review.html']);
    expect(pageOf('pages/small-prod')).toMatchObject({ environment: 'small-prod', asOf: '2026-06-01' });
    // Its own folder is replaced.
    expect((await review(['small-dev', '--out', 'pages'])).code).toBe(0);
  });

  test('with findings the exit code is 1; the day can be chosen', async () => {
    const ended = { ...CATALOG.loki, name: 'ended', endOfLife: '2026-03-31' };
    const environments = { 'small-dev': smallEnvironment({ image: ended }) };
    expect(await review(['--out', 'pages'], environments)).toMatchObject({
      code: 1,
      out: 'small-dev: 1 finding → pages/small-dev/review.html\n',
    });
    expect(pageOf('pages/small-dev').findings).toHaveLength(1);
    expect(await review(['--out', 'pages', '--as-of', '2026-03-31'], environments)).toMatchObject({
      code: 0,
    });
    expect(await review(['--out', 'pages', '--as-of', 'soon'])).toMatchObject({
      code: 2,
      err: 'hyperion: --as-of soon is no day: write it like 2027-01-31\n',
    });
  });

  test('a model that is wrong gets a page that says so, and the others theirs', async () => {
    const answer = await review(['--out', 'pages'], {
      wrong: smallEnvironment({ name: 'wrong', survives: Duration.hours(2) }),
      'small-dev': smallEnvironment(),
    });
    expect(answer).toMatchObject({
      code: 1,
      out: [
        'wrong: the model is wrong, nothing can be made of it: 1 finding → pages/wrong/review.html\n',
        'small-dev: no findings → pages/small-dev/review.html\n',
      ].join(''),
    });
    expect(pageOf('pages/wrong')).toMatchObject({ unmade: true, findings: [{ source: 'model' }] });
  });

  test('what changed since a folder, with the summary; data at risk is 1', async () => {
    terminal.run(['synth', '--out', 'old']);
    expect(await review(['small-dev', '--out', 'pages', '--against', 'old'])).toMatchObject({
      code: 0,
      out: 'small-dev: no findings, 0 objects changed since old → pages/small-dev/review.html\n',
    });
    const shorter = { 'small-dev': smallEnvironment({ retention: '24h' }) };
    const answer = await review(['--out', 'pages', '--against', 'old', '--markdown', '--json'], shorter);
    expect(answer.code).toBe(1);
    expect(JSON.parse(answer.out)).toEqual([
      {
        environment: 'small-dev',
        asOf: '2026-06-01',
        page: 'pages/small-dev/review.html',
        markdown: 'pages/small-dev/review.md',
        findings: 0,
        comparedWith: 'old',
        changedObjects: 2,
        effect: 'data at risk',
      },
    ]);
    const { changes } = pageOf('pages/small-dev');
    expect(changes).toMatchObject({ kind: 'against', effect: 'data at risk' });
    const summary = readFileSync(join(terminal.cwd, 'pages/small-dev/review.md'), 'utf8');
    expect(summary).toContain('Against old: ');
    expect(summary).toContain('data older than the new retention is deleted');
  });

  test('nothing to compare with', async () => {
    expect(await review(['small-dev', '--out', 'pages', '--against', 'nowhere'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('nowhere holds no manifests of small-dev') as string,
    });
  });

  test('two environments, compared', async () => {
    expect(await review(['small-dev', 'small-prod', '--compare', '--out', 'pages'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^small-dev-compared-to-small-prod: no findings, \d+ objects? differing from small-prod → pages\/small-dev-compared-to-small-prod\/review\.html\n$/,
      ) as string,
    });
    expect(pageOf('pages/small-dev-compared-to-small-prod').changes).toMatchObject({
      kind: 'compare',
      base: 'small-prod',
      effect: 'none',
    });
  });

  test.each([
    [[], 'none'],
    [['small-dev'], 'small-dev'],
    [['small-dev', 'small-prod', 'small-dev'], 'small-dev, small-prod, small-dev'],
    [['small-dev', 'small-dev'], 'small-dev, small-dev'],
  ])('--compare takes two environments, not %p', async (names, shown) => {
    expect(await review([...names, '--compare', '--out', 'pages'])).toEqual({
      code: 2,
      out: '',
      err: `hyperion: --compare takes two environments, e.g. hyperion review --compare hyperion-dev hyperion-prod --out review; it was given ${shown}\n`,
    });
  });

  test('wrong use', async () => {
    expect(await review(['small-dvv', '--out', 'pages'])).toEqual({
      code: 2,
      out: '',
      err: 'hyperion: there is no environment "small-dvv". Did you mean "small-dev"? Known are: small-dev, small-prod\n',
    });
    expect(terminal.run(['review']).err).toContain("required option '--out <dir>' not specified");
    const both = ['small-dev', 'small-prod', '--out', 'x', '--compare', '--against', 'y'];
    expect(terminal.run(['review', ...both])).toMatchObject({
      code: 2,
      err: expect.stringContaining(
        "option '--against <source>' cannot be used with option '--compare'",
      ) as string,
    });
  });

  test('somebody else’s folder stays as it is', async () => {
    mkdirSync(join(terminal.cwd, 'pages', 'small-dev'), { recursive: true });
    writeFileSync(join(terminal.cwd, 'pages', 'small-dev', 'graph.json'), '{}');
    expect(await review(['small-dev', '--out', 'pages'])).toMatchObject({
      code: 2,
      err: `hyperion: ${join(terminal.cwd, 'pages', 'small-dev')} was not written by hyperion review (it has no review.html), and would be replaced; choose another folder with --out\n`,
    });
    expect(readdirSync(join(terminal.cwd, 'pages', 'small-dev'))).toEqual(['graph.json']);
  });

  test('a person who watches sees what is being done', async () => {
    let shown = '';
    const answer = await terminal.runOn(['review', 'small-dev', '--out', 'pages'], {
      root: ROOT,
      isTerminal: true,
      err: (text) => (shown += text),
    });
    expect(answer.code).toBe(0);
    expect(shown).toContain('reviewing small-dev (1 of 1) …');
    expect(shown.endsWith('\r\u001b[K')).toBe(true);
  });
});
