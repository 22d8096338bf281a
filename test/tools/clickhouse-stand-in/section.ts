/** A part of the server's YAML files, whose keys the server's own documents name. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
export type Section = Readonly<Record<string, Value>>;

/** Empty where the key is not there. */
export function section(value: Value | undefined): Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Section) : {};
}

export function text(value: Value | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function number(value: Value | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** One value may stand for a list of one. */
export function list(value: Value | undefined): readonly string[] {
  const values = Array.isArray(value) ? (value as readonly Value[]) : [value ?? null];
  return values.filter((member) => member !== null && typeof member !== 'object').map(String);
}
