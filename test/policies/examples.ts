import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from '../../policies/manifest';
import type { Rule } from '../../policies/rule';

export const POLICIES_FOLDER = join(__dirname, '../../policies');

/** The objects of `policies/<rule>/good.yaml` or `bad.yaml`. */
export function examplesOf(rule: Rule, verdict: 'good' | 'bad'): Manifest[] {
  const text = readFileSync(join(POLICIES_FOLDER, rule.id, `${verdict}.yaml`), 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}
