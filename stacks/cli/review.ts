/**
 * `hyperion review`: the page of each environment, and what a pull request says about it.
 */
import { resolve } from 'node:path';
import { writeFolders, type FolderWriter } from '../output-folder';
import { baselineAgainst, baselineOf, type Baseline } from '../review/changes/baseline';
import { gatherReview } from '../review/gather';
import { reviewHtml } from '../review/html';
import { reviewMarkdown } from '../review/markdown';
import type { ReviewDocument } from '../review/review-document';
import { dayOf } from './check';
import { chooseEnvironments, type Chosen } from './choose';
import { UsageError, type Context, type ExitCode } from './context';
import { Progress } from './progress';

export interface ReviewOptions {
  readonly out: string;
  /** Day by which ends of life and waivers are judged. @default today */
  readonly asOf?: string;
  /** A folder that `hyperion synth` wrote, or `git:<revision>`. @default nothing to compare with */
  readonly against?: string;
  /** The first of two environments is compared with the second. */
  readonly compare?: boolean;
  readonly markdown?: boolean;
  readonly json?: boolean;
}

/** One page to be written. */
interface Page extends Chosen {
  /** Name of its folder. */
  readonly folder: string;
  readonly baseline: () => Baseline | undefined;
}

const PAGE = 'review.html';
const SUMMARY = 'review.md';
const WRITER: FolderWriter = { marker: PAGE, command: 'hyperion review' };

/** 1 when there are findings, or data is at risk. */
export async function review(
  context: Context,
  names: readonly string[],
  options: ReviewOptions,
): Promise<ExitCode> {
  const asOf = dayOf(options.asOf) ?? context.today();
  const pages = options.compare === true ? [comparison(context, names)] : each(context, names, options);
  const progress = new Progress(context);
  const written: object[] = [];
  const lines: string[] = [];
  let code: ExitCode = 0;
  try {
    for (const [index, page] of pages.entries()) {
      progress.step(`reviewing ${page.name} (${index + 1} of ${pages.length})`);
      const baseline = page.baseline();
      const document = await gatherReview(page.name, page.environment, {
        asOf,
        ...(baseline === undefined ? {} : { baseline }),
      });
      const files = filesOf(document, context.root, options);
      // One after the other: all pages together would be a hundred megabytes of text in memory.
      writeFolders(resolve(context.cwd, options.out), [{ name: page.folder, files }], WRITER);
      const folder = `${options.out.replace(/\/+$/, '')}/${page.folder}`;
      written.push(asData(document, folder, files));
      lines.push(`${page.folder}: ${verdictOf(document)} → ${folder}/${PAGE}\n`);
      if (document.findings.length > 0 || document.changes?.effect === 'data at risk') code = 1;
    }
  } finally {
    progress.done();
  }
  context.out(options.json === true ? `${JSON.stringify(written, null, 2)}\n` : lines.join(''));
  return code;
}

function each(context: Context, names: readonly string[], { against }: ReviewOptions): Page[] {
  return chooseEnvironments(context, names).map((chosen) => ({
    ...chosen,
    folder: chosen.name,
    baseline: () => (against === undefined ? undefined : earlier(context, chosen.name, against)),
  }));
}

/** Named as it was asked for: a path of this machine says nothing in a pull request. */
function earlier({ cwd, root }: Context, name: string, against: string): Baseline {
  const source = against.startsWith('git:') ? against : resolve(cwd, against);
  return { ...baselineAgainst(name, source, root), label: against };
}

function comparison(context: Context, names: readonly string[]): Page {
  const [chosen, other] = names.length === 2 ? chooseEnvironments(context, names) : [];
  if (chosen === undefined || other === undefined) {
    throw new UsageError(
      `--compare takes two environments, e.g. hyperion review --compare hyperion-dev hyperion-prod --out review; it was given ${names.length === 0 ? 'none' : names.join(', ')}`,
    );
  }
  return {
    ...chosen,
    folder: `${chosen.name}-compared-to-${other.name}`,
    baseline: () => baselineOf(other.name, other.environment),
  };
}

function filesOf(
  document: ReviewDocument,
  root: string,
  { markdown }: ReviewOptions,
): ReadonlyMap<string, string> {
  return new Map([
    [PAGE, reviewHtml(document, root)],
    ...(markdown === true ? [[SUMMARY, reviewMarkdown(document)] as const] : []),
  ]);
}

function asData(document: ReviewDocument, folder: string, files: ReadonlyMap<string, string>): object {
  const { environment, asOf, findings, changes, unmade } = document;
  return {
    environment,
    asOf,
    page: `${folder}/${PAGE}`,
    ...(files.has(SUMMARY) ? { markdown: `${folder}/${SUMMARY}` } : {}),
    findings: findings.length,
    ...(changes === undefined
      ? {}
      : { comparedWith: changes.base, changedObjects: changes.objects.length, effect: changes.effect }),
    ...(unmade === undefined ? {} : { unmade }),
  };
}

/** `no findings, 12 objects changed since git:main (data at risk)`. */
function verdictOf({ findings, changes, unmade }: ReviewDocument): string {
  const count = findings.length === 0 ? 'no findings' : counted(findings.length, 'finding');
  if (unmade === true) return `the model is wrong, nothing can be made of it: ${count}`;
  if (changes === undefined) return count;
  const word = changes.kind === 'against' ? 'changed since' : 'differing from';
  const effect = changes.effect === 'none' ? '' : ` (${changes.effect})`;
  return `${count}, ${counted(changes.objects.length, 'object')} ${word} ${changes.base}${effect}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
