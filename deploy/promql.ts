import { parser } from '@prometheus-io/lezer-promql';
import type { SyntaxNode } from '@lezer/common';

// What an expression names, found by Prometheus' own grammar: a pattern would take a function for a metric.

/** One metric of an expression, and every label by which it is chosen or grouped. */
export interface Selected {
  readonly metric: string;
  /** Null: grouped by it, whatever its value. */
  readonly labels: readonly { readonly name: string; readonly value: string | null }[];
}

/** Throws where the expression cannot be parsed. */
export function selectedBy(expression: string): Selected[] {
  const found: Selected[] = [];
  const visit = (node: SyntaxNode, grouping: readonly string[]): void => {
    if (node.type.isError) {
      throw new Error(`cannot be parsed at column ${node.from + 1}: ${expression}`);
    }
    if (node.name === 'VectorSelector') found.push(selectedAt(node, grouping, expression));
    const inner =
      node.name === 'AggregateExpr'
        ? [...grouping, ...labelsOf(node, 'AggregateModifier', expression)]
        : grouping;
    for (let child = node.firstChild; child !== null; child = child.nextSibling) visit(child, inner);
  };
  visit(parser.parse(expression).topNode, []);
  return found;
}

function selectedAt(node: SyntaxNode, grouping: readonly string[], expression: string): Selected {
  const textOf = ({ from, to }: SyntaxNode): string => expression.slice(from, to);
  const metric = node.getChild('Identifier');
  if (metric === null) throw new Error(`names no metric at column ${node.from + 1}: ${expression}`);
  const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  return {
    metric: textOf(metric),
    labels: [
      ...matchers.map((matcher) => ({
        name: textOf(matcher.getChild('LabelName')!),
        value: textOf(matcher.getChild('StringLiteral')!).slice(1, -1),
      })),
      ...grouping.map((name) => ({ name, value: null })),
    ],
  };
}

/** The labels of `by (…)`; those of an outer grouping must be there too, or it groups by nothing. */
function labelsOf(node: SyntaxNode, modifier: string, expression: string): string[] {
  const names = node.getChild(modifier)?.getChild('GroupingLabels')?.getChildren('LabelName') ?? [];
  return names.map(({ from, to }) => expression.slice(from, to));
}
