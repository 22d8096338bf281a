/**
 * Every configuration file, byte for byte as the container will see it, is accepted by the program that reads it; a
 * real mistake in it is refused, with the file and the program's own words. Where something stands in for the program
 * at its version, the name of the test says `[substitute: …]`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CATALOG } from '../../constructs/core/catalog';
import { ENVIRONMENT_NAMES, synthesisOf } from '../environments';
import { proof } from '../tools/proof';
import { TOOLS } from '../tools/registry';
import { endShared } from './validators/shared';
import { VALIDATORS, validatorsFor } from './validators/table';
import type { Validator } from './validators/validator';

const LIMIT_MS = 120_000;

const folder = mkdtempSync(join(tmpdir(), 'hyperion-configs-'));

afterAll(async () => {
  await endShared();
  rmSync(folder, { recursive: true });
});

interface ConfigFile {
  readonly environment: string;
  /** `<component>/<file>` */
  readonly file: string;
  readonly text: string;
}

const files: ConfigFile[] = ENVIRONMENT_NAMES.flatMap((environment) =>
  [...synthesisOf(environment).files]
    .filter(([path]) => path.startsWith('config/'))
    .map(([path, text]) => ({ environment, file: path.replace('config/', ''), text })),
);

function written(path: string, text: string): string {
  const target = join(folder, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  return target;
}

function titleOf({ files, judgedBy, substitute }: Validator): string {
  return `${files}: ${judgedBy}${substitute === undefined ? '' : ` [substitute: ${substitute}]`}`;
}

describe('the table', () => {
  test('has exactly one row for every file of every environment', () => {
    const astray = files
      .map(({ environment, file }) => [
        `${environment}: ${file}`,
        validatorsFor(file).map((row) => row.files),
      ])
      .filter(([, rows]) => rows?.length !== 1);
    expect(astray).toEqual([]);
  });

  test('finds no row for a file that nobody judges', () => {
    expect(validatorsFor('nobody/knows.yaml')).toEqual([]);
  });

  test.each(VALIDATORS.map((row) => [titleOf(row), row] as const))('%s: has a file', (_title, row) => {
    expect(files.filter(({ file }) => validatorsFor(file).includes(row))).not.toEqual([]);
  });

  test.each(VALIDATORS.map((row) => [titleOf(row), row] as const))(
    '%s: judges at the version that the catalogue pins, or names it',
    (_title, { reads, substitute, tools: [first] }) => {
      const judging = TOOLS.find(({ name }) => name === first)?.version;
      expect(substitute ?? judging).toContain(CATALOG[reads].version);
    },
  );
});

for (const validator of VALIDATORS) {
  const judged = files.filter(({ file }) => validatorsFor(file).includes(validator));
  proof(validator.tools, titleOf(validator), () => {
    test.each(judged.map(({ environment, file, text }) => [`${environment}: ${file}`, text]))(
      'accepts %s',
      async (name, text) => {
        const { accepted, said } = await validator.judge(
          written(`accepted/${name.replace(': ', '/')}`, text),
        );
        // What it said belongs to the failure's message.
        expect({ accepted, said }).toEqual({ accepted: true, said });
      },
      LIMIT_MS,
    );

    test.each(validator.mistakes)(
      'refuses $what',
      async ({ spoil, says }) => {
        const mistaken = judged.find(({ text }) => spoil(text) !== text);
        if (mistaken === undefined) throw new Error(`the mistake changes no file of ${validator.files}`);
        const spoilt = spoil(mistaken.text);
        const { accepted, said } = await validator.judge(written(`refused/${mistaken.file}`, spoilt));
        expect(said).toMatch(says);
        expect(accepted).toBe(false);
      },
      LIMIT_MS,
    );
  });
}
