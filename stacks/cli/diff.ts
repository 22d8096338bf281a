/**
 * `hyperion diff`: what would change in an environment, and what that does to it.
 */
import { resolve } from 'node:path';
import { earlierManifests } from '../diff/earlier-manifests';
import { EFFECTS, worst } from '../diff/effects';
import { semanticDiff, type JudgedField, type ObjectChange } from '../diff/semantic-diff';
import { synthesise } from '../synthesis';
import { chooseEnvironment } from './choose';
import type { Context, ExitCode } from './context';
import { Progress } from './progress';

export interface DiffOptions {
  /** A folder that `hyperion synth` wrote, or `git:<revision>`. */
  readonly against: string;
  readonly json?: boolean;
}

/** 1 when data is at risk. */
export function diff(context: Context, name: string, options: DiffOptions): ExitCode {
  const { environment } = chooseEnvironment(context, name);
  const progress = new Progress(context);
  progress.step(`reading ${options.against}`);
  const against = options.against.startsWith('git:')
    ? options.against
    : resolve(context.cwd, options.against);
  const before = earlierManifests(name, against, context.root);
  progress.step(`synthesising ${name}`);
  const after = synthesise(environment.build(), { exceptions: environment.exceptions ?? [] });
  const changes = semanticDiff(
    before,
    after.objects.map(({ object }) => object),
  );
  progress.done();
  const effect = worst(changes.map((change) => change.effect));
  context.out(
    options.json === true
      ? `${JSON.stringify({ environment: name, against: options.against, effect, changes }, null, 2)}\n`
      : asText(name, options.against, changes),
  );
  return effect === 'data at risk' ? 1 : 0;
}

function asText(name: string, against: string, changes: readonly ObjectChange[]): string {
  if (changes.length === 0) return `${name}: nothing changes against ${against}\n`;
  const blocks = [...EFFECTS].reverse().flatMap((effect) => {
    const own = changes.filter((change) => change.effect === effect);
    const heading = effect === 'none' ? 'no effect by itself' : effect;
    return own.length === 0 ? [] : [`${heading}:\n${own.map(objectText).join('')}`];
  });
  const count = (kind: ObjectChange['change']): string =>
    `${changes.filter((change) => change.change === kind).length} ${kind}`;
  const effects = [...EFFECTS].reverse().flatMap((effect) => {
    const own = changes.filter((change) => change.effect === effect).length;
    return own === 0 ? [] : [`${effect}: ${own}`];
  });
  const summary = `${name} against ${against}: ${count('added')}, ${count('removed')}, ${count('changed')} (${effects.join(', ')})\n`;
  return [...blocks, summary].join('\n');
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

function objectText({ change, object, why, fields }: ObjectChange): string {
  const reason = change !== 'changed' && why !== '' ? `: ${why}` : '';
  return `  ${SIGNS[change]} ${object}${reason}\n${fields.map(fieldText).join('')}`;
}

function fieldText({ path, before, after, effect, why }: JudgedField): string {
  const judgement = effect === 'none' ? '' : `        ${effect}: ${why}\n`;
  return `      ${path}: ${shown(before)} → ${shown(after)}\n${judgement}`;
}

/** Longer values say little on a line; `--json` has them whole. */
const SHOWN_LENGTH = 60;

function shown(value: unknown): string {
  if (value === undefined) return '(none)';
  const text = typeof value === 'string' && !value.includes('\n') ? value : JSON.stringify(value);
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH - 1)}…`;
}
