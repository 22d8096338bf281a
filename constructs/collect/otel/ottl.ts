/**
 * Text for the collector's transformation language, inside a configuration that expands `$`.
 */

/** A quoted string; `$` is doubled, or the collector would take it for a variable. */
export function ottlString(text: string): string {
  return JSON.stringify(text).replaceAll('$', '$$$$');
}

export function anyOf(conditions: readonly string[]): string {
  return conditions.join(' or ');
}
