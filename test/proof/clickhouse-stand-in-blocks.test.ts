/** Blocks as ClickHouse's engine writes them in its format `Native`, walked and put together again. */
import { Session } from 'chdb';
import { headerBlock, readBlock, splitNative, writeBlock } from '../tools/clickhouse-stand-in/native/block';
import { ByteInput } from '../tools/clickhouse-stand-in/native/byte-input';

let session: Session;
beforeAll(() => {
  session = new Session();
});
afterAll(() => {
  session.close();
});

async function native(sql: string): Promise<Buffer> {
  return Buffer.from((await session.queryAsync(sql, { format: 'Native' })).bytes());
}

/** Expressions of a row's number, by the type that they have. */
const COLUMNS: Readonly<Record<string, string>> = {
  UInt8: 'toUInt8(number)',
  Int64: 'toInt64(number) - 5',
  UInt256: 'toUInt256(number)',
  Float64: 'number / 3',
  Bool: `CAST(number % 2, 'Bool')`,
  String: `repeat('x', number * 7)`,
  'FixedString(5)': `toFixedString('ab', 5)`,
  Date32: `toDate32('2026-01-01') + number`,
  // The time zone is of the type's name alone, and format `Native` leaves it out.
  DateTime: `toDateTime('2026-01-01 00:00:00', 'UTC') + number`,
  'DateTime64(9)': `toDateTime64('2026-01-01 00:00:00', 9) + number`,
  "Enum8('a, (b' = 0, 'c' = 1)": `CAST(number % 2, 'Enum8(\\'a, (b\\' = 0, \\'c\\' = 1)')`,
  UUID: 'generateUUIDv4(number)',
  IPv6: `toIPv6('::1')`,
  'Decimal(30, 2)': 'toDecimal128(number, 2)::Decimal(30, 2)',
  IntervalDay: 'toIntervalDay(number)',
  'Nullable(String)': `if(number % 3 = 0, NULL, toString(number))`,
  'LowCardinality(String)': `toLowCardinality(toString(number % 4))`,
  'LowCardinality(Nullable(String))': `toLowCardinality(if(number % 3 = 0, NULL, toString(number)))`,
  'Array(UInt32)': 'arrayMap(x -> toUInt32(x), range(number))',
  'Array(Array(LowCardinality(String)))': `[[toLowCardinality(toString(number))], []]`,
  'Array(LowCardinality(String))': `CAST([], 'Array(LowCardinality(String))')`,
  'Map(LowCardinality(String), String)': `map(toLowCardinality('key'), toString(number), toLowCardinality('other'), '')`,
  'Array(Map(LowCardinality(String), String))': `CAST(if(number % 2 = 0, [], [map('key', toString(number))]), 'Array(Map(LowCardinality(String), String))')`,
  'Tuple(`a b` UInt8, c LowCardinality(String))': `CAST((number, toString(number)), 'Tuple(\`a b\` UInt8, c LowCardinality(String))')`,
  'Tuple(UInt8, Nullable(UInt16))': `(toUInt8(number), CAST(NULL, 'Nullable(UInt16)'))`,
  'SimpleAggregateFunction(sum, UInt64)': `CAST(number, 'SimpleAggregateFunction(sum, UInt64)')`,
  'Nullable(Nothing)': 'NULL',
  'Array(Nothing)': '[]',
};

const EXPRESSIONS = Object.entries(COLUMNS).map(([type, sql]) => [type, sql] as const);

describe('a column', () => {
  it.each(EXPRESSIONS)('of type %s ends where the engine ended it', async (type, expression) => {
    const file = await native(`SELECT ${expression} AS walked, 'after' AS next FROM numbers(20)`);
    const [block, ...more] = splitNative(file);
    expect(more).toEqual([]);
    expect(block?.columns.map((column) => [column.name, column.type])).toEqual([
      ['walked', type],
      ['next', 'String'],
    ]);
    expect(block?.columns[1]?.data).toEqual(Buffer.from('\x05after'.repeat(20)));
    expect(block?.rows).toBe(20);
  });

  it('whose end only the engine knows is refused by its name', async () => {
    const file = await native('SELECT sumState(number) AS state FROM numbers(3)');
    expect(() => splitNative(file)).toThrow(
      'the stand-in cannot find where a column of AggregateFunction ends',
    );
  });
});

describe('blocks', () => {
  it('of a long answer are told apart, and are the answer when put together', async () => {
    const file = await native(`SELECT number, toString(number) AS text FROM numbers(200000)`);
    const blocks = splitNative(file);
    expect(blocks.length).toBeGreaterThan(1);
    expect(blocks.reduce((sum, { rows }) => sum + rows, 0)).toBe(200_000);
    expect(Buffer.concat(blocks.map(({ bytes }) => bytes)).equals(file)).toBe(true);
  });

  it('are the same however the bytes come', async () => {
    const columns = EXPRESSIONS.map(([, sql], index) => `${sql} AS c${index}`).join(', ');
    const file = await native(`SELECT ${columns} FROM numbers(5)`);
    const sent = writeBlock(file);
    const input = new ByteInput(sent.length);
    const steps = readBlock(input);
    for (const byte of sent) {
      expect(steps.next().done).toBe(false);
      input.append(Buffer.of(byte));
    }
    const last = steps.next();
    expect(last.done === true && last.value.bytes.equals(file)).toBe(true);
    expect(input.available).toBe(0);
  });

  it('go back into the engine as they are', async () => {
    const columns = [`map(toLowCardinality('a'), 'b') AS m`, `[toDateTime64(number, 9)] AS t`].join(', ');
    const file = await native(`SELECT ${columns} FROM numbers(3)`);
    const bytes = Buffer.concat(splitNative(file).map((block) => block.bytes));
    expect(bytes.equals(file)).toBe(true);
  });

  it('of no rows have names and types alone', () => {
    const [block] = splitNative(headerBlock([{ name: 'a', type: 'Map(String, String)' }]));
    expect(block).toMatchObject({
      rows: 0,
      columns: [{ name: 'a', type: 'Map(String, String)', data: Buffer.alloc(0) }],
    });
  });

  it('that end early or are too large are refused', async () => {
    const file = await native(`SELECT 'a string' AS text`);
    expect(() => splitNative(file.subarray(0, -1))).toThrow('a file of format Native ends within a block');
    const input = new ByteInput(10);
    expect(() => {
      input.append(file);
    }).toThrow('a packet is larger than 10 bytes');
    expect(() => splitNative(Buffer.from([0xff, 0xff, 0x7f, 1]))).toThrow('a block of 2097151 × 1 values');
  });
});
