/**
 * The only place where an object becomes YAML: keys in the order of the object or sorted, no anchors, block strings
 * for texts of several lines, and a comment behind a value that was derived.
 */
import { Document, isScalar, visit } from 'yaml';

export interface YamlOptions {
  /**
   * Comment for a string value, e.g. where a host name came from; undefined for none.
   * @default no comments
   */
  readonly comment?: (value: string) => string | undefined;
}

export function toYaml(value: unknown, options: YamlOptions = {}): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  const { comment } = options;
  if (comment !== undefined) {
    visit(document, {
      Scalar(_key, node) {
        if (!isScalar(node) || typeof node.value !== 'string' || node.value.includes('\n')) return;
        const text = comment(node.value);
        if (text !== undefined) node.comment = ` ${text}`;
      },
    });
  }
  // No folding: a folded command line or rule is hard to compare in a review.
  return document.toString({ lineWidth: 0 });
}

export function toYamlDocuments(values: readonly unknown[]): string {
  return values.map((value) => toYaml(value)).join('---\n');
}
