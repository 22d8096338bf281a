/**
 * What a configuration file of Alloy is made of, as data: blocks with labels, attributes and further blocks, and the
 * values of attributes. `print.ts` makes it text.
 */
import { Duration } from 'cdk8s';

/** What components export, and what others take. */
export type Exported = 'LogsReceiver' | 'Targets';

/** Where a component's export is found; `loki.write.default` and `receiver`. */
export class Ref<out K extends Exported> {
  declare private readonly kind: K;

  public constructor(
    public readonly component: string,
    public readonly field: string,
  ) {}
}

/** An expression that Alloy computes when it starts. */
export class Expression {
  private constructor(public readonly text: string) {}

  /** A variable of the process's environment, empty where it is not set. */
  public static environment(variable: string): Expression {
    return new Expression(`sys.env(${quote(variable)})`);
  }

  /** The parts one after the other. */
  public static concat(...parts: readonly (string | Expression)[]): Expression {
    return new Expression(
      parts.map((part) => (typeof part === 'string' ? quote(part) : part.text)).join(' + '),
    );
  }
}

export type Value =
  | string
  | number
  | boolean
  | null
  | Duration
  | Expression
  | Ref<Exported>
  | readonly Value[]
  | { readonly [key: string]: Value };

export interface Block {
  /** Identifiers with dots between them, e.g. `loki.write`. */
  readonly name: string;
  /** Tells blocks of one name apart. @default none */
  readonly label?: string;
  /** Those that are `undefined` are left out. */
  readonly attributes?: Readonly<Record<string, Value | undefined>>;
  readonly blocks?: readonly Block[];
}

/** Source: scanner of the module github.com/grafana/alloy/syntax, without the letters beyond ASCII that it takes too. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const KEYWORDS: ReadonlySet<string> = new Set(['null', 'true', 'false']);

export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text) && !KEYWORDS.has(text);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};
/** What can be read as it is; the rest is escaped as Go does it. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

const HALF_A_PAIR = /\p{Surrogate}/u;

/** @throws Error for text that is no Unicode */
export function quote(text: string): string {
  if (HALF_A_PAIR.test(text)) {
    throw new Error(`${JSON.stringify(text)} has half of a surrogate pair, which no file can hold`);
  }
  return `"${Array.from(text, escape).join('')}"`;
}

function escape(character: string): string {
  const known = ESCAPES[character];
  if (known !== undefined) return known;
  if (PRINTABLE.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

/** The largest units that leave nothing over: Go reads hours at most, no days. */
export function durationText(duration: Duration): string {
  const milliseconds = duration.toMilliseconds();
  const units = [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const;
  const [unit, size] = units.find(([, each]) => milliseconds >= each && milliseconds % each === 0) ?? [
    'ms',
    1,
  ];
  return `${milliseconds / size}${unit}`;
}
