/**
 * A purpose, as people write it, in the form that Azure takes for names of rules.
 */
/** Azure's limit is 80; a suffix has to fit behind. */
const MOST_CHARACTERS = 60;

/** `route otlp-http` → `route-otlp-http`. */
export function slug(text: string): string {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? ['unnamed'];
  return words.join('-').slice(0, MOST_CHARACTERS).replace(/-$/, '');
}
