/**
 * What a PromQL expression needs: its selectors, and of each the labels without which the expression would not say what it
 * says (matchers, groupings, and whatever of the answer is named in a template or a legend). Parsed by Prometheus' own
 * grammar.
 */
import type { SyntaxNode } from '@lezer/common';
import { labelsAfterCall, passesNames } from './promql-functions';
import { labelsOf } from './promql-output';
import { children, childOf, labelsIn, parsed, stringOf, textOf } from './promql-nodes';

export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

export interface Selector {
  /** As it stands in the expression. */
  readonly text: string;
  /** Anchored, where it is an expression. */
  readonly metric: string | RegExp;
  readonly matchers: readonly Matcher[];
  /** In order of the alphabet; those of the matchers, but for `x=""`, which is also true without the label. */
  readonly labelsUsed: readonly string[];
}

export interface Analysis {
  readonly selectors: readonly Selector[];
  /** What is wrong with the expression whatever the metrics are, as sentences. */
  readonly mistakes: readonly string[];
}

/** Labels that somebody further up needs, and whether the metric's name is among them. */
export type Needed = ReadonlySet<string>;

const METRIC_NAME = '__name__';

export function selectorsOf(expr: string): readonly Selector[] {
  return analyse(expr).selectors;
}

/** @param shown labels of the answer that a template or legend names */
export function analyse(expr: string, shown: readonly string[] = []): Analysis {
  const top = parsed(expr);
  const broken = brokenAt(top, expr);
  if (broken !== undefined) return { selectors: [], mistakes: [broken] };
  const walk = new Walk(expr);
  for (const node of children(top)) walk.visit(node, new Set(shown));
  return { selectors: walk.selectors, mistakes: [...new Set(walk.mistakes)] };
}

function brokenAt(top: SyntaxNode, expr: string): string | undefined {
  let at: number | undefined;
  top.cursor().iterate((node) => {
    if (node.type.isError) at ??= node.from;
  });
  if (at === undefined && top.firstChild !== null) return undefined;
  const rest = expr.slice(at ?? 0, (at ?? 0) + 20);
  return rest === '' ? 'is no PromQL: ends too early' : `is no PromQL: stops at “${rest}”`;
}

/** Goes from the answer down to the selectors, and takes along what is needed of each part. */
class Walk {
  public readonly selectors: Selector[] = [];
  public readonly mistakes: string[] = [];

  public constructor(private readonly expr: string) {}

  public visit(node: SyntaxNode, needed: Needed): void {
    switch (node.name) {
      case 'VectorSelector':
        this.selectors.push(selectorAt(node, this.expr, needed));
        return;
      case 'AggregateExpr':
        this.aggregate(node, needed);
        return;
      case 'FunctionCall':
        this.call(node, needed);
        return;
      case 'BinaryExpr':
        this.binary(node, needed);
        return;
      case 'UnaryExpr':
        this.passOn(node, this.nameless(needed, 'a sign'));
        return;
      default:
        this.passOn(node, needed);
    }
  }

  private passOn(node: SyntaxNode, needed: Needed): void {
    for (const child of children(node)) this.visit(child, needed);
  }

  private aggregate(node: SyntaxNode, needed: Needed): void {
    const operator = childOf(node, 'AggregateOp')?.firstChild?.name ?? '';
    const modifier = childOf(node, 'AggregateModifier');
    const grouping = new Set(labelsIn(childOf(modifier, 'GroupingLabels'), this.expr));
    const body = children(childOf(node, 'FunctionCallBody'));
    const operand = body.at(-1);
    if (operand === undefined) return;
    for (const parameter of body.slice(0, -1)) this.visit(parameter, new Set());
    // These give some of the series as they are.
    if (['Topk', 'Bottomk', 'LimitK', 'LimitRatio'].includes(operator)) {
      this.visit(operand, union(needed, grouping));
      return;
    }
    const wanted = new Set(needed);
    if (operator === 'CountValues') wanted.delete(stringOf(body[0], this.expr) ?? '');
    const without = childOf(modifier, 'Without') !== null;
    const lost = [...wanted].filter((label) =>
      without ? grouping.has(label) || label === METRIC_NAME : !grouping.has(label),
    );
    for (const label of lost) this.lose(label, `${textOf(childOf(node, 'AggregateOp'), this.expr)} in`, node);
    const kept = [...wanted].filter((label) => !lost.includes(label));
    this.visit(operand, union(grouping, without ? new Set(kept) : new Set()));
  }

  private call(node: SyntaxNode, needed: Needed): void {
    const name = textOf(childOf(node, 'FunctionIdentifier'), this.expr);
    const body = children(childOf(node, 'FunctionCallBody'));
    const after = labelsAfterCall(name, body, this.expr, needed);
    for (const label of after.lost) this.lose(label, `${name} in`, node);
    const below = passesNames(name) ? after.needed : this.nameless(after.needed, `${name}()`);
    for (const part of body) this.visit(part, below);
  }

  private binary(node: SyntaxNode, needed: Needed): void {
    const operands = children(node).filter(
      ({ name }) => !OPERATORS.has(name) && name !== 'BoolModifier' && !name.endsWith('Clause'),
    );
    const [left, right] = operands;
    if (left === undefined || right === undefined) return;
    const operator = children(node).find(({ name }) => OPERATORS.has(name))?.name ?? '';
    const matching = childOf(node, 'MatchingModifierClause');
    const lists = children(matching).filter(({ name }) => name === 'GroupingLabels');
    const matched = new Set(labelsIn(lists[0], this.expr));
    const filters = FILTERS.has(operator) && childOf(node, 'BoolModifier') === null;
    const asked =
      filters || SETS.has(operator) ? needed : this.nameless(needed, operatorText(node, this.expr));
    if (isNumber(left) || isNumber(right)) {
      for (const side of [left, right]) this.visit(side, isNumber(side) ? new Set() : asked);
    } else if (operator === 'Or') {
      this.either(node, asked, matched);
    } else if (SETS.has(operator)) {
      this.visit(left, union(asked, matched));
      this.visit(right, matched);
    } else {
      this.match(node, { left, right, asked, matched, matching, included: lists[1] });
    }
  }

  /** The answer has series of both sides, so that a label is only lost when neither side has it. */
  private either(node: SyntaxNode, asked: Needed, matched: Needed): void {
    const sides = [node.firstChild, node.lastChild].flatMap((side) => side ?? []);
    const given = sides.map((side) => labelsOf(side, this.expr));
    for (const label of asked) {
      if (given.every((labels) => labels?.has(label) === false)) this.lose(label, 'each side of', node);
    }
    for (const [index, side] of sides.entries()) {
      const labels = given[index];
      const kept = [...asked].filter((label) => labels?.has(label) !== false);
      this.visit(side, union(new Set(kept), matched));
    }
  }

  /** Arithmetic and comparison of two vectors: which labels of which side are in the answer. */
  private match(node: SyntaxNode, sides: Sides): void {
    const { left, right, asked, matched, matching, included } = sides;
    const on = childOf(matching, 'On') !== null;
    const many =
      childOf(matching, 'GroupLeft') !== null
        ? left
        : childOf(matching, 'GroupRight') !== null
          ? right
          : undefined;
    if (many !== undefined) {
      const one = many === left ? right : left;
      const fromOne = new Set(labelsIn(included, this.expr));
      this.visit(many, union(new Set([...asked].filter((label) => !fromOne.has(label))), matched));
      this.visit(one, union(fromOne, matched));
      return;
    }
    const lost = [...asked].filter(
      (label) => matching !== null && on !== matched.has(label) && label !== METRIC_NAME,
    );
    for (const label of lost) this.lose(label, 'matching in', node);
    const kept = new Set([...asked].filter((label) => !lost.includes(label)));
    this.visit(left, union(kept, matched));
    kept.delete(METRIC_NAME);
    this.visit(right, on || matching === null ? union(kept, matched) : matched);
  }

  private nameless(needed: Needed, by: string): Needed {
    if (!needed.has(METRIC_NAME)) return needed;
    this.mistakes.push(`${METRIC_NAME} is used, and ${by} takes it away`);
    return new Set([...needed].filter((label) => label !== METRIC_NAME));
  }

  private lose(label: string, by: string, node: SyntaxNode): void {
    this.mistakes.push(`label ${label} is used, and ${by} “${textOf(node, this.expr)}” takes it away`);
  }
}

interface Sides {
  readonly left: SyntaxNode;
  readonly right: SyntaxNode;
  readonly asked: Needed;
  readonly matched: Needed;
  readonly matching: SyntaxNode | null;
  readonly included: SyntaxNode | undefined;
}

const SETS: ReadonlySet<string> = new Set(['And', 'Or', 'Unless']);
const FILTERS: ReadonlySet<string> = new Set(['Eql', 'Gte', 'Gtr', 'Lte', 'Lss', 'Neq']);
const NUMBERS: ReadonlySet<string> = new Set(['Time', 'Pi', 'Scalar']);
const OPERATORS: ReadonlySet<string> = new Set([
  ...SETS,
  ...FILTERS,
  ...['Pow', 'Mul', 'Div', 'Mod', 'Add', 'Sub', 'Atan2'],
]);

function operatorText(node: SyntaxNode, expr: string): string {
  return textOf(children(node).find(({ name }) => OPERATORS.has(name)) ?? null, expr);
}

/** Whether it has no labels of its own to match by. */
function isNumber(node: SyntaxNode): boolean {
  if (node.name === 'NumberDurationLiteral') return true;
  if (node.name === 'FunctionCall') return NUMBERS.has(node.firstChild?.firstChild?.name ?? '');
  if (node.name === 'ParenExpr' || node.name === 'UnaryExpr') {
    const inner = node.lastChild;
    return inner !== null && isNumber(inner);
  }
  if (node.name === 'BinaryExpr') {
    const [first, last] = [node.firstChild, node.lastChild];
    return first !== null && last !== null && isNumber(first) && isNumber(last);
  }
  return false;
}

function selectorAt(node: SyntaxNode, expr: string, needed: Needed): Selector {
  const matchers: Matcher[] = [];
  let name = textOf(childOf(node, 'Identifier'), expr);
  for (const each of children(childOf(node, 'LabelMatchers'))) {
    if (each.name === 'QuotedLabelName') {
      name = stringOf(each.firstChild ?? undefined, expr) ?? '';
      continue;
    }
    const [label, operator, value] = children(each);
    matchers.push({
      label:
        label?.name === 'LabelName'
          ? textOf(label, expr)
          : (stringOf(label?.firstChild ?? undefined, expr) ?? ''),
      operator: textOf(operator ?? null, expr) as Matcher['operator'],
      value: stringOf(value, expr) ?? '',
    });
  }
  const named = matchers.find(({ label }) => label === METRIC_NAME);
  const others = matchers.filter((matcher) => matcher !== named);
  const labels = new Set([
    ...[...needed].filter((label) => label !== METRIC_NAME),
    ...others.filter(({ operator, value }) => operator !== '=' || value !== '').map(({ label }) => label),
  ]);
  return {
    text: textOf(node, expr),
    metric: named === undefined ? name : metricOf(named),
    matchers: others,
    labelsUsed: [...labels].sort(),
  };
}

function metricOf({ operator, value }: Matcher): string | RegExp {
  if (operator === '=') return value;
  if (operator === '=~') return new RegExp(`^(?:${value})$`);
  return /^/;
}

function union(a: Needed, b: Needed): Needed {
  return new Set([...a, ...b]);
}
