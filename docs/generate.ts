/**
 * `npm run docs`: writes `docs/environments/<env>.md` for each environment. With `--check` it writes nothing, and
 * fails when a committed page is not what would be written.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENVIRONMENTS } from '../stacks/environments';
import { environmentPage } from './environment-page/page';

const FOLDER = join(__dirname, 'environments');

function main(args: readonly string[]): number {
  const unknown = args.filter((arg) => arg !== '--check');
  if (unknown.length > 0) {
    console.error(`docs: unknown argument ${unknown.join(' ')}; there is only --check`);
    return 2;
  }
  const pages = new Map(
    Object.entries(ENVIRONMENTS).map(([name, environment]) => [
      `${name}.md`,
      environmentPage(name, environment),
    ]),
  );
  mkdirSync(FOLDER, { recursive: true });
  const committed = readdirSync(FOLDER);
  const stale = [
    ...committed.filter((file) => !pages.has(file)),
    ...[...pages]
      .filter(
        ([file, text]) => !committed.includes(file) || readFileSync(join(FOLDER, file), 'utf8') !== text,
      )
      .map(([file]) => file),
  ];
  if (args.includes('--check')) {
    for (const file of stale)
      console.error(`docs: environments/${file} is out of date; write it with: npm run docs`);
    return stale.length === 0 ? 0 : 1;
  }
  for (const file of stale) {
    const text = pages.get(file);
    if (text === undefined) rmSync(join(FOLDER, file));
    else writeFileSync(join(FOLDER, file), text);
    console.log(`docs/environments/${file} ${text === undefined ? 'removed' : 'written'}`);
  }
  if (stale.length === 0) console.log('docs: nothing changed');
  return 0;
}

process.exitCode = main(process.argv.slice(2));
