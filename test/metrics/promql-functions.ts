/** What PromQL's functions do to labels. Source: Prometheus' documentation, "Query functions" (3.x). */
import type { SyntaxNode } from '@lezer/common';
import { children, stringOf, textOf } from './promql-nodes';

/** These give series under their own names; all others but the sorting ones drop it. */
const NAME_KEPT: ReadonlySet<string> = new Set([
  'absent',
  'absent_over_time',
  'first_over_time',
  'info',
  'label_join',
  'label_replace',
  'last_over_time',
  'sort',
  'sort_by_label',
  'sort_by_label_desc',
  'sort_desc',
]);

/** These answer without any label. */
const LABELLESS: ReadonlySet<string> = new Set(['pi', 'scalar', 'time']);

interface AfterCall {
  /** Of the arguments. */
  readonly needed: ReadonlySet<string>;
  /** Needed of the answer, and not in it. */
  readonly lost: readonly string[];
}

export function passesNames(name: string): boolean {
  return NAME_KEPT.has(name);
}

export function labelsAfterCall(
  name: string,
  body: readonly SyntaxNode[],
  expr: string,
  needed: ReadonlySet<string>,
): AfterCall {
  const below = new Set(needed);
  // `or vector(0)` is there to be without labels.
  if (name === 'vector') return { needed: new Set(), lost: [] };
  if (LABELLESS.has(name)) return { needed: new Set(), lost: [...needed] };
  if (name === 'label_replace') {
    const [, target, , source] = body.map((node) => stringOf(node, expr));
    below.delete(target ?? '');
    if (source !== undefined && source !== '') below.add(source);
  }
  if (name === 'label_join') {
    const [, target, , ...sources] = body.map((node) => stringOf(node, expr));
    below.delete(target ?? '');
    for (const source of sources) if (source !== undefined) below.add(source);
  }
  if (name === 'histogram_quantile' || name === 'histogram_fraction') below.add('le');
  if (name === 'absent' || name === 'absent_over_time') {
    const given = equalityLabels(body[0], expr);
    return { needed: new Set(), lost: [...needed].filter((label) => !given.has(label)) };
  }
  return { needed: below, lost: [] };
}

/** What is absent has no labels; the answer bears those that the question names. */
function equalityLabels(argument: SyntaxNode | undefined, expr: string): ReadonlySet<string> {
  const found = new Set<string>();
  argument?.cursor().iterate((node) => {
    if (node.name !== 'UnquotedLabelMatcher') return;
    const [label, operator] = children(node.node);
    if (textOf(operator ?? null, expr) === '=') found.add(textOf(label ?? null, expr));
  });
  return found;
}
