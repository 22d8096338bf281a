/** What `hyperion check` says about the environment, as text. */
import type { Finding } from '../findings';
import type { FindingEntry } from './review-document';

export function findingEntries(findings: readonly Finding[]): FindingEntry[] {
  return findings.map(({ value, ...finding }) => ({
    ...finding,
    value: value === undefined ? 'undefined' : JSON.stringify(value),
  }));
}
