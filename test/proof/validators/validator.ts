/** What the table of validators is made of: a row says which program judges which files, and how. */
import type { CATALOG } from '../../../constructs/core/catalog';
import type { ToolName } from '../../tools/registry';

export interface Validator {
  /** `<component>/<file>`, with `*` for any run of characters but a slash. */
  readonly files: string;
  /** Entry of the catalogue whose program reads the files in the cluster. */
  readonly reads: keyof typeof CATALOG;
  /** What judges, as a person would call it: `loki -verify-config`. */
  readonly judgedBy: string;
  /** The tools that it needs, the judging program first. */
  readonly tools: readonly ToolName[];
  /**
   * What stands in for the catalogue's version, and that version: `older version 15 for 17.7`. It is part of the test's
   * name; a row without it is judged by the very version that the catalogue pins, which a test holds it to.
   */
  readonly substitute?: string;
  readonly judge: (path: string) => Promise<Verdict>;
  readonly mistakes: readonly [Mistake, ...Mistake[]];
}

export interface Verdict {
  readonly accepted: boolean;
  /** What the program printed. */
  readonly said: string;
}

/** A mistake that a person could make in the file, and what the program says of it. */
export interface Mistake {
  readonly what: string;
  readonly spoil: (text: string) => string;
  readonly says: RegExp;
}
