/** The syntax tree of a PromQL expression, by name of its nodes. */
import { createRequire } from 'node:module';
import type { SyntaxNode } from '@lezer/common';
import type { LRParser } from '@lezer/lr';

/** Its types are those of an ECMAScript module only, which a CommonJS file cannot import. */
const { parser } = createRequire(__filename)('@prometheus-io/lezer-promql') as { readonly parser: LRParser };

/** The node over the whole expression. */
export function parsed(expr: string): SyntaxNode {
  return parser.parse(expr).topNode;
}

export function children(node: SyntaxNode | null): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node?.firstChild ?? null; child !== null; child = child.nextSibling) found.push(child);
  return found;
}

export function childOf(node: SyntaxNode | null, name: string): SyntaxNode | null {
  return node?.getChild(name) ?? null;
}

export function textOf(node: SyntaxNode | null, expr: string): string {
  return node === null ? '' : expr.slice(node.from, node.to);
}

/** Of a literal; undefined for anything else. */
export function stringOf(node: SyntaxNode | undefined, expr: string): string | undefined {
  if (node?.name !== 'StringLiteral') return undefined;
  const text = textOf(node, expr);
  const inner = text.slice(1, -1);
  if (text.startsWith('`')) return inner;
  return inner.replace(/\\(.)/g, (_, escaped: string) => ({ n: '\n', t: '\t' })[escaped] ?? escaped);
}

/** Names in the parentheses after `by`, `on` and the like. */
export function labelsIn(list: SyntaxNode | null | undefined, expr: string): string[] {
  return children(list ?? null).flatMap((node) => {
    if (node.name === 'LabelName') return [textOf(node, expr)];
    if (node.name === 'QuotedLabelName') return [stringOf(node.firstChild ?? undefined, expr) ?? ''];
    return [];
  });
}
