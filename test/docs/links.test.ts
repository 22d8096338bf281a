/**
 * What the documentation refers to is there: files behind links, headings behind anchors, paths in backticks, scripts
 * of npm.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');
/** Folders that hold no documentation of ours. */
const NOT_OURS = new Set(['node_modules', 'build', 'dist', 'coverage', 'golden', 'imports']);
/** Made by a command, so they need not be there: what `npm start` and the tests write. */
const MADE = /^(?:dist|build|test\/golden)(?:\/|$)/;

function pagesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return entry.name.startsWith('.') || NOT_OURS.has(entry.name) ? [] : pagesIn(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** Text without fenced blocks: those hold commands and diagrams. */
function proseOf(markdown: string): string {
  return markdown.replace(/^ *```[^]*?^ *```$/gm, '');
}

/** As GitHub makes an anchor of a heading. */
function anchorsOf(markdown: string): string[] {
  return [...proseOf(markdown).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** What is wrong with the links of a page, one line each. */
function brokenLinks(page: string, markdown: string): string[] {
  return [...proseOf(markdown).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : relative(ROOT, resolve(ROOT, dirname(page), path));
    if (!existsSync(join(ROOT, target))) return [`${page}: ${link} leads nowhere`];
    if (anchor === undefined) return [];
    const anchors = anchorsOf(path === '' ? markdown : readFileSync(join(ROOT, target), 'utf8'));
    return anchors.includes(anchor) ? [] : [`${page}: ${target} has no heading #${anchor}`];
  });
}

/** Paths in backticks that begin with a folder of the repository, or of the page's own folder. */
function brokenPaths(page: string, markdown: string): string[] {
  return [...proseOf(markdown).matchAll(/`([\w@.-]+(?:\/[\w@.-]+)+\/?)`/g)].flatMap(([, path = '']) => {
    const bases = ['.', dirname(page)];
    const isThere = (candidate: string): boolean =>
      bases.some((base) => existsSync(join(ROOT, base, candidate)));
    const [first = ''] = path.split('/');
    return MADE.test(path) || !isThere(first) || isThere(path) ? [] : [`${page}: there is no ${path}`];
  });
}

/** Scripts of npm that the page names and package.json has not. */
function unknownScripts(page: string, markdown: string, scripts: readonly string[]): string[] {
  const named = [
    ...[...markdown.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name),
    ...[...markdown.matchAll(/npm (start|test)\b/g)].map(([, name = '']) => name),
  ];
  return [...new Set(named)]
    .filter((name) => !scripts.includes(name))
    .map((name) => `${page}: package.json has no script ${name}`);
}

const pages = pagesIn('.').map((page) => [page, readFileSync(join(ROOT, page), 'utf8')] as const);
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

test('the documentation is found', () => {
  const names = pages.map(([page]) => page);
  expect(names).toEqual(
    expect.arrayContaining([
      'README.md',
      'constructs/README.md',
      'policies/README.md',
      'test/tools/README.md',
    ]),
  );
  expect(names.filter((name) => name.startsWith('docs/adr/')).length).toBeGreaterThanOrEqual(8);
});

test.each(pages)('links of %s lead somewhere', (page, markdown) => {
  expect(brokenLinks(page, markdown)).toEqual([]);
});

test.each(pages)('paths that %s names exist', (page, markdown) => {
  expect(brokenPaths(page, markdown)).toEqual([]);
});

test.each(pages)('scripts that %s names exist', (page, markdown) => {
  expect(unknownScripts(page, markdown, Object.keys(scripts))).toEqual([]);
});

test('files that the sources name as documentation exist', () => {
  const sources = ['constructs', 'stacks', 'policies', 'docs', 'test', 'bench', 'bin'].flatMap(sourcesIn);
  const missing = sources.flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/`(docs\/[\w./-]+\.md)`/g)]
      .map(([, path = '']) => path)
      .filter((path) => !existsSync(join(ROOT, path)))
      .map((path) => `${file}: there is no ${path}`),
  );
  expect(missing).toEqual([]);
});

function sourcesIn(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : sourcesIn(path);
    return /\.(?:ts|mjs|js)$/.test(entry.name) ? [path] : [];
  });
}

test('what is broken is found', () => {
  const page = 'docs/guides/example.md';
  expect(brokenLinks(page, '[a](../adr/none.md) [b](../../README.md#no-such-heading)')).toEqual([
    `${page}: ../adr/none.md leads nowhere`,
    `${page}: README.md has no heading #no-such-heading`,
  ]);
  expect(brokenLinks('README.md', '# Why, and how?\n[a](#why-and-how) [b](#when)')).toEqual([
    'README.md: README.md has no heading #when',
  ]);
  expect(brokenPaths(page, '`constructs/store/mimir.ts` and `constructs/store/loki.ts`, `a/b`')).toEqual([
    `${page}: there is no constructs/store/mimir.ts`,
  ]);
  expect(unknownScripts(page, 'npm run docs, npm run nonsense', ['docs'])).toEqual([
    `${page}: package.json has no script nonsense`,
  ]);
});
