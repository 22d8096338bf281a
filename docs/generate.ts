/**
 * `npm run docs`: writes `docs/environments/<env>.md` for each environment, `docs/services.md` and
 * `docs/alerts.md`. With `--check` it writes
 * nothing, and fails when a committed page is not what would be written.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENVIRONMENTS } from '../stacks/environments';
import { alertsPage } from './alerts-page';
import { environmentPage } from './environment-page/page';
import { servicesPage } from './services-page';

const ENVIRONMENTS_FOLDER = join(__dirname, 'environments');

/** By path in this folder. */
function pagesToBe(): ReadonlyMap<string, string> {
  const environments = Object.entries(ENVIRONMENTS).map(
    ([name, environment]) => [`environments/${name}.md`, environmentPage(name, environment)] as const,
  );
  return new Map([...environments, ['alerts.md', alertsPage(ENVIRONMENTS)], ['services.md', servicesPage()]]);
}

function main(args: readonly string[]): number {
  const unknown = args.filter((arg) => arg !== '--check');
  if (unknown.length > 0) {
    console.error(`docs: unknown argument ${unknown.join(' ')}; there is only --check`);
    return 2;
  }
  const pages = pagesToBe();
  mkdirSync(ENVIRONMENTS_FOLDER, { recursive: true });
  const committed = readdirSync(ENVIRONMENTS_FOLDER).map((file) => `environments/${file}`);
  const stale = [
    ...committed.filter((file) => !pages.has(file)),
    ...[...pages].filter(([file, text]) => textOf(file) !== text).map(([file]) => file),
  ];
  if (args.includes('--check')) {
    for (const file of stale) console.error(`docs: ${file} is out of date; write it with: npm run docs`);
    return stale.length === 0 ? 0 : 1;
  }
  for (const file of stale) {
    const text = pages.get(file);
    if (text === undefined) rmSync(join(__dirname, file));
    else writeFileSync(join(__dirname, file), text);
    console.log(`docs/${file} ${text === undefined ? 'removed' : 'written'}`);
  }
  if (stale.length === 0) console.log('docs: nothing changed');
  return 0;
}

/** `undefined`: there is none yet. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(join(__dirname, file), 'utf8');
  } catch {
    return undefined;
  }
}

process.exitCode = main(process.argv.slice(2));
