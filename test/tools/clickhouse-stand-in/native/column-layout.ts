/**
 * How the values of a column type lie in a block of the native format, so far as is needed to find where they end:
 * first the prefixes of the whole type, then its values, streams of the same kind one after the other.
 */
import type { ByteInput, Parser } from './byte-input';
import { ProtocolError } from './protocol-error';
import { parseType, type ColumnType } from './column-type';

interface ColumnLayout {
  prefix(input: ByteInput): Parser<void>;
  values(input: ByteInput, rows: number): Parser<void>;
}

const SIZE_BYTES: Readonly<Record<string, number>> = {
  Bool: 1,
  UInt8: 1,
  UInt16: 2,
  UInt32: 4,
  UInt64: 8,
  UInt128: 16,
  UInt256: 32,
  Int8: 1,
  Int16: 2,
  Int32: 4,
  Int64: 8,
  Int128: 16,
  Int256: 32,
  BFloat16: 2,
  Float32: 4,
  Float64: 8,
  Date: 2,
  Date32: 4,
  DateTime: 4,
  DateTime64: 8,
  Time: 4,
  Time64: 8,
  Enum8: 1,
  Enum16: 2,
  UUID: 16,
  IPv4: 4,
  IPv6: 16,
  Decimal32: 4,
  Decimal64: 8,
  Decimal128: 16,
  Decimal256: 32,
  Nothing: 1,
};

/** @throws ProtocolError for types whose end only the engine finds (aggregate states, JSON, Dynamic, Variant) */
export function layoutOf(type: string): ColumnLayout {
  return compile(parseType(type));
}

function compile({ name, args }: ColumnType): ColumnLayout {
  const argument = (index: number): ColumnType => {
    const found = args.at(index);
    if (found === undefined) throw new ProtocolError(`${name} lacks a type argument`);
    return parseType(found);
  };
  switch (name) {
    case 'String':
      return { prefix: nothing, values: (input, rows) => input.skipTexts(rows) };
    case 'FixedString':
      return fixed(Number(args[0]));
    case 'Decimal':
      return fixed(decimalBytes(Number(args[0])));
    case 'SimpleAggregateFunction':
      return compile(argument(-1));
    case 'Nullable':
      return nullable(compile(argument(0)));
    case 'Array':
      return array(compile(argument(0)));
    case 'Map':
      return array(tuple([compile(argument(0)), compile(argument(1))]));
    case 'Nested':
      return array(tuple(args.map((arg) => compile(parseType(withoutName(arg))))));
    case 'Tuple':
      return args.length === 0 ? fixed(1) : tuple(args.map((arg) => compile(parseType(withoutName(arg)))));
    case 'LowCardinality':
      return lowCardinality(dictionaryOf(argument(0)));
    default: {
      const size = name.startsWith('Interval') ? 8 : SIZE_BYTES[name];
      if (size === undefined)
        throw new ProtocolError(`the stand-in cannot find where a column of ${name} ends`);
      return fixed(size);
    }
  }
}

function fixed(sizeBytes: number): ColumnLayout {
  return { prefix: nothing, values: (input, rows) => input.skip(sizeBytes * rows) };
}

function nullable(inner: ColumnLayout): ColumnLayout {
  return {
    prefix: (input) => inner.prefix(input),
    *values(input, rows) {
      yield* input.skip(rows);
      yield* inner.values(input, rows);
    },
  };
}

function array(inner: ColumnLayout): ColumnLayout {
  return {
    prefix: (input) => inner.prefix(input),
    *values(input, rows) {
      if (rows === 0) return;
      // Offsets, of which the last is the number of all elements.
      yield* input.skip(8 * (rows - 1));
      yield* inner.values(input, yield* input.uint64());
    },
  };
}

function tuple(elements: readonly ColumnLayout[]): ColumnLayout {
  return {
    *prefix(input) {
      for (const element of elements) yield* element.prefix(input);
    },
    *values(input, rows) {
      for (const element of elements) yield* element.values(input, rows);
    },
  };
}

/** The only version of its serialization that there is: shared dictionaries with additional keys. */
const LOW_CARDINALITY_VERSION = 1;
const HAS_GLOBAL_DICTIONARY = 1 << 8;
const INDEX_BYTES = [1, 2, 4, 8] as const;

function lowCardinality(dictionary: ColumnLayout): ColumnLayout {
  return {
    *prefix(input) {
      const version = yield* input.uint64();
      if (version !== LOW_CARDINALITY_VERSION)
        throw new ProtocolError(`LowCardinality of version ${version}`);
    },
    *values(input, rows) {
      // Of a column without values nothing is written, as of the elements of arrays that are all empty.
      if (rows === 0) return;
      const flags = yield* input.uint64();
      const indexBytes = INDEX_BYTES[(flags % 256) as 0 | 1 | 2 | 3] as number | undefined;
      if (indexBytes === undefined || (flags & HAS_GLOBAL_DICTIONARY) !== 0) {
        throw new ProtocolError(`LowCardinality with flags ${flags}`);
      }
      yield* dictionary.values(input, yield* input.uint64());
      const indexes = yield* input.uint64();
      if (indexes !== rows) throw new ProtocolError(`LowCardinality with ${indexes} values for ${rows} rows`);
      yield* input.skip(indexBytes * indexes);
    },
  };
}

/** The dictionary of nullable values holds the values; the first of them stands for NULL. */
function dictionaryOf(type: ColumnType): ColumnLayout {
  const [inner] = type.args;
  return compile(type.name === 'Nullable' && inner !== undefined ? parseType(inner) : type);
}

/** `a UInt8` or `UInt8`, as elements of tuples and of nested columns are written. */
function withoutName(element: string): string {
  const named = /^(?:[A-Za-z_][\w.]*|`(?:[^`\\]|\\.)*`)\s+(\S.*)$/s.exec(element);
  return named?.[1] ?? element;
}

function decimalBytes(precision: number): number {
  if (precision <= 9) return 4;
  if (precision <= 18) return 8;
  return precision <= 38 ? 16 : 32;
}

function nothing(input: ByteInput): Parser<void> {
  return input.skip(0);
}
