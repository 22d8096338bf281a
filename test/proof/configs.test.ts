/**
 * Every configuration file, byte for byte as the container will see it, is accepted by the program that reads it; a
 * real mistake in it is refused, with the file and the program's own words.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ENVIRONMENT_NAMES, synthesisOf } from '../environments';
import { proof } from '../tools/proof';
import { rowsFor, UNJUDGED, unjudgedFor, VALIDATORS, validatorFor } from './validators';

const folder = mkdtempSync(join(tmpdir(), 'hyperion-configs-'));

afterAll(() => {
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

test.each(files.map(({ environment, file }) => [environment, file]))(
  '%s: %s has exactly one row',
  (_environment, file) => {
    expect(rowsFor(file)).toBe(1);
  },
);

test('every row has a file, and every file that is not judged has its reason', () => {
  for (const validator of VALIDATORS) {
    expect([validator.files, files.some(({ file }) => validatorFor(file) === validator)]).toEqual([
      validator.files,
      true,
    ]);
  }
  for (const unjudged of UNJUDGED) {
    expect([unjudged.files, files.some(({ file }) => unjudgedFor(file) === unjudged)]).toEqual([
      unjudged.files,
      true,
    ]);
    expect(unjudged.because.length).toBeGreaterThan(20);
  }
});

for (const validator of VALIDATORS) {
  const judged = files.filter(({ file }) => validatorFor(file) === validator);
  proof(validator.tools, `${validator.program}, ${validator.files}`, () => {
    test.each(judged.map(({ environment, file, text }) => [`${environment}: ${file}`, text]))(
      'accepts %s',
      async (name, text) => {
        const verdict = await validator.judge(written(`accepted/${name.replace(': ', '/')}`, text));
        expect(verdict.said === '' ? verdict.accepted : [verdict.accepted, verdict.said]).toEqual(
          verdict.said === '' ? true : [true, verdict.said],
        );
      },
      120_000,
    );

    test(`refuses ${validator.mistake.what}`, async () => {
      const [first] = judged;
      if (first === undefined) throw new Error(`no file for ${validator.files}`);
      const spoilt = validator.mistake.spoil(first.text);
      expect(spoilt).not.toBe(first.text);
      const verdict = await validator.judge(written(`refused/${first.file}`, spoilt));
      expect(verdict.accepted).toBe(false);
      expect(verdict.said).toMatch(validator.mistake.says);
    }, 120_000);
  });
}
