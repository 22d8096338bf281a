/**
 * The kinds of environment variables. A service declares its variables once, with these; from the declaration come the
 * check at start, the types of its settings, and the type with which a Deployment may set them.
 */
import {
  Type,
  type StaticDecode,
  type StaticEncode,
  type TOptional,
  type TSchema,
  type TUnsafe,
} from '@sinclair/typebox';

export type Variables = Readonly<Record<string, TSchema>>;

/** What may be set from outside: text, under known names only. */
export type Environment<V extends Variables> = { readonly [Name in keyof V]?: StaticEncode<V[Name]> };

/** What the service gets. */
export type Settings<V extends Variables> = {
  readonly [Name in keyof V]: V[Name] extends TOptional<TSchema>
    ? StaticDecode<V[Name]> | undefined
    : StaticDecode<V[Name]>;
};

interface Described {
  /** One line for the reader of a problem, and of the documentation. */
  readonly description: string;
  /** As it would stand in the environment; without it the variable is required. */
  readonly default?: string;
}

const DURATION_UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const SIZE_UNITS_BYTES = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 } as const;

/** `30s`; milliseconds for the service. */
export function duration(options: Described & { readonly min: string; readonly max: string }) {
  return amount(options, DURATION_UNITS_MS, 'a duration such as 250ms, 30s, 5m or 1h');
}

/** `64MiB`; bytes for the service. */
export function size(options: Described & { readonly min: string; readonly max: string }) {
  return amount(options, SIZE_UNITS_BYTES, 'a size such as 512KiB, 64MiB or 1GiB');
}

export function count(options: Described & { readonly min: number; readonly max: number }) {
  const { min, max, ...rest } = options;
  const rule = `a whole number from ${min} to ${max}`;
  return Type.Transform(Type.String({ ...rest, pattern: '^[0-9]{1,15}$', rule }))
    .Decode((text) => within(Number(text), min, max))
    .Encode(String);
}

export function flag(options: Described) {
  return Type.Transform(
    Type.Union([Type.Literal('true'), Type.Literal('false')], { ...options, rule: 'true or false' }),
  )
    .Decode((text) => text === 'true')
    .Encode((value) => (value ? 'true' : 'false'));
}

export function choice<const T extends readonly string[]>(options: Described & { readonly of: T }) {
  const { of, ...rest } = options;
  const literals = of.map((each) => Type.Literal(each));
  // TypeBox knows a union's type from a tuple only, and `map` gives an array.
  return Type.Union(literals, { ...rest, rule: `one of ${of.join(', ')}` }) as unknown as TUnsafe<T[number]>;
}

export function text(options: Described & { readonly pattern?: string; readonly rule: string }) {
  return Type.String({ minLength: 1, maxLength: 4096, ...options });
}

/** Its value is never printed. */
export function secret(options: Described & { readonly minLength: number }) {
  return Type.String({
    ...options,
    maxLength: 4096,
    pattern: '^[\\x21-\\x7e]*$',
    secret: true,
    rule: `${options.minLength} or more printable ASCII characters without blanks`,
  });
}

/** Not set: undefined. */
export function optional<S extends TSchema>(schema: S) {
  return Type.Optional(schema);
}

function amount(
  options: Described & { readonly min: string; readonly max: string },
  units: Readonly<Record<string, number>>,
  example: string,
) {
  const { min, max, ...rest } = options;
  const pattern = `^([0-9]{1,9})(${Object.keys(units).join('|')})$`;
  const parse = (value: string): number => {
    const [, digits, unit] = new RegExp(pattern).exec(value) ?? [];
    return Number(digits) * (units[unit ?? ''] ?? Number.NaN);
  };
  return Type.Transform(Type.String({ ...rest, pattern, rule: `${example}, from ${min} to ${max}` }))
    .Decode((value) => within(parse(value), parse(min), parse(max)))
    .Encode(() => {
      throw new Error('settings are read, never written');
    });
}

function within(value: number, min: number, max: number): number {
  if (value >= min && value <= max) return value;
  throw new RangeError('out of range');
}
