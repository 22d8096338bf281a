/**
 * What our renderer of Alloy's syntax writes, Alloy's own parser reads back as it was meant, and Alloy's own printer,
 * which is `alloy fmt`, leaves as it is.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ALLOY_POD_LABELS, renderAlloy } from '../../constructs/collect/alloy-config';
import { printAlloy } from '../../constructs/collect/alloy/print';
import { isIdentifier, quote, type Block, type Value } from '../../constructs/collect/alloy/syntax';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';
import { ALLOY_VALIDATORS } from './validators/alloy';
import { runProgram } from './validators/run-program';
import type { Verdict } from './validators/validator';

/** A process each: enough to reach the corners, in seconds. */
const RUNS = 60;
const LIMIT_MS = 120_000;

const folder = mkdtempSync(join(tmpdir(), 'hyperion-alloy-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function alloySyntax(command: 'fmt' | 'values', text: string): Promise<Verdict> {
  const file = join(folder, 'config.alloy');
  writeFileSync(file, text);
  return runProgram(await tool('alloy-syntax'), [command, file]);
}

/** Any Unicode, what Alloy's printer treats apart included. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\n', '\t', '\v', '\u0000', '\u00ad', '\ufeff', '🎉', 'é', ' '),
  }),
);
const identifier = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/).filter(isIdentifier);
/** Other keys are refused: Alloy could not read them. */
const key = fc.stringMatching(/^[ !#-[\]-~]{1,12}$/);
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    anyText,
    fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(identifier, key), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const attributes = fc.dictionary(identifier, value, { maxKeys: 5, noNullPrototype: true });
const { block } = fc.letrec<{ block: Block }>((tie) => ({
  block: fc.record({
    name: fc.array(identifier, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.')),
    attributes,
    blocks: fc.oneof({ depthSize: 'small' }, fc.constant([]), fc.array(tie('block'), { maxLength: 3 })),
  }),
}));
const file = fc
  .array(block, { minLength: 1, maxLength: 4 })
  .map((blocks) => blocks.map((each, i) => ({ ...each, label: `label_${i}` })));

proof(['alloy-syntax'], 'what is rendered', () => {
  it(
    'is formatted as `alloy fmt` would, whatever the blocks',
    async () => {
      await fc.assert(
        fc.asyncProperty(file, async (blocks) => {
          const text = printAlloy(blocks);
          expect(await alloySyntax('fmt', text)).toEqual({ accepted: true, said: text });
        }),
        { numRuns: RUNS },
      );
    },
    LIMIT_MS,
  );

  it(
    'says what was meant, whatever the text',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 20 }), async (texts) => {
          const lines = texts.map((text, i) => `text_${i} = ${quote(text)}\n`);
          const { said } = await alloySyntax('values', lines.join(''));
          expect(JSON.parse(said)).toEqual(Object.fromEntries(texts.map((text, i) => [`text_${i}`, text])));
        }),
        { numRuns: RUNS },
      );
    },
    LIMIT_MS,
  );

  it(
    'has the keys that were meant',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(key, { minLength: 1 }), async (keys) => {
          const lines = keys.map((each) => `\t${quote(each)} = true,\n`);
          const { said } = await alloySyntax('values', `keys = {\n${lines.join('')}}\n`);
          expect(Object.keys((JSON.parse(said) as { keys: object }).keys).sort()).toEqual([...keys].sort());
        }),
        { numRuns: RUNS },
      );
    },
    LIMIT_MS,
  );
});

const CONFIG = {
  pushUrl: 'http://loki-gateway.logs.svc.cluster.local:80/loki/api/v1/push',
  cluster: 'anton',
  fields: ['level', 'trace_id'],
  labels: ['namespace', 'app', 'level'],
  rateLimit: { linesPerSecond: 1000, burstLines: 2000 },
};

proof(['alloy-syntax'], 'every choice of our own configuration', () => {
  const [validator] = ALLOY_VALIDATORS;

  it.each([
    ['the usual', CONFIG],
    ['a limit for each namespace', { ...CONFIG, namespaceLimit: { linesPerSecond: 0.5, burstLines: 10 } }],
    ['no field, no metadata', { ...CONFIG, fields: [], labels: Object.keys(ALLOY_POD_LABELS) }],
    ['a cluster with a hard name', { ...CONFIG, cluster: 'Köln "1"\n' }],
  ])('%s is accepted by Alloy’s evaluator', async (_what, props) => {
    const path = join(folder, 'accepted.alloy');
    writeFileSync(path, renderAlloy(props));
    expect(await validator?.judge(path)).toEqual({ accepted: true, said: '' });
  });

  it.each(validator?.mistakes ?? [])('refuses $what', async ({ spoil, says }) => {
    const text = renderAlloy(CONFIG);
    expect(spoil(text)).not.toBe(text);
    const path = join(folder, 'refused.alloy');
    writeFileSync(path, spoil(text));
    const verdict = await validator?.judge(path);
    expect(verdict?.said).toMatch(says);
    expect(verdict?.accepted).toBe(false);
  });
});
