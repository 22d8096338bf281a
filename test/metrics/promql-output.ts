/** Which labels an expression's answer has, where it says so itself: when its outermost operation is an aggregation. */
import type { SyntaxNode } from '@lezer/common';
import { children, childOf, labelsIn, parsed, stringOf, textOf } from './promql-nodes';

/** Undefined where only the data knows. */
export function outputLabels(expr: string): ReadonlySet<string> | undefined {
  const [node] = children(parsed(expr));
  return node === undefined ? undefined : labelsOf(node, expr);
}

/** Of one node of it. */
export function labelsOf(node: SyntaxNode, expr: string): ReadonlySet<string> | undefined {
  switch (node.name) {
    case 'ParenExpr':
    case 'UnaryExpr':
      return ofFirst(node, expr);
    case 'BinaryExpr':
      return childOf(node, 'Or') === null ? ofFirst(node, expr) : ofEither(node, expr);
    case 'AggregateExpr':
      return ofAggregation(node, expr);
    case 'FunctionCall':
      return ofCall(node, expr);
    default:
      return undefined;
  }
}

/** The left side of an operation is the one whose labels stay; a number has none. */
function ofFirst(node: SyntaxNode, expr: string): ReadonlySet<string> | undefined {
  const operands = children(node).map((child) => labelsOf(child, expr));
  return operands.find((labels) => labels !== undefined);
}

function ofEither(node: SyntaxNode, expr: string): ReadonlySet<string> | undefined {
  const [left, right] = [node.firstChild, node.lastChild].map((side) =>
    side === null ? undefined : labelsOf(side, expr),
  );
  return left === undefined || right === undefined ? undefined : new Set([...left, ...right]);
}

function ofAggregation(node: SyntaxNode, expr: string): ReadonlySet<string> | undefined {
  const modifier = childOf(node, 'AggregateModifier');
  if (childOf(modifier, 'Without') !== null) return undefined;
  return new Set(labelsIn(childOf(modifier, 'GroupingLabels'), expr));
}

function ofCall(node: SyntaxNode, expr: string): ReadonlySet<string> | undefined {
  const body = children(childOf(node, 'FunctionCallBody'));
  const name = textOf(childOf(node, 'FunctionIdentifier'), expr);
  if (name === 'vector' || name === 'scalar') return new Set();
  const inner = body.map((part) => labelsOf(part, expr)).find((labels) => labels !== undefined);
  if (inner === undefined || (name !== 'label_replace' && name !== 'label_join')) return inner;
  return new Set([...inner, stringOf(body[1], expr) ?? '']);
}
