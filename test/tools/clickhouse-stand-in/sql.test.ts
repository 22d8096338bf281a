/** Statements as the stand-in takes them apart before the engine sees them. */
import { quoted, readStatement, splitStatements } from './sql';

describe('a file of statements', () => {
  it('is split at semicolons that are not in strings, names or comments', () => {
    const file = `SELECT ';' ;-- no; end\n/* nor; here */ SELECT \`a;b\`, "c;d", 'it''s; \\'' ; $x$ ; $x$;  # ! ;\n`;
    expect(splitStatements(file).map((sql) => sql.trim())).toEqual([
      `SELECT ';'`,
      "-- no; end\n/* nor; here */ SELECT `a;b`, \"c;d\", 'it''s; \\''",
      '$x$ ; $x$',
    ]);
  });

  it('may be empty', () => {
    expect(splitStatements(' ; -- nothing\n;')).toEqual([]);
  });
});

describe('an INSERT', () => {
  it.each([
    ['VALUES', `INSERT INTO "otel"."t" (a, b.c) VALUES`, 'Values', ''],
    ['FORMAT', 'insert into t format Native', 'Native', ''],
    ['rows behind it', 'INSERT INTO t FORMAT CSV\n1;2\n', 'CSV', '1;2\n'],
    ['settings', 'INSERT INTO t (a) SETTINGS async_insert = 0 FORMAT Native', 'Native', ''],
  ])('with %s waits for its rows', (_what, sql, format, data) => {
    expect(readStatement(sql).insert).toMatchObject({ format, data });
  });

  it('names table and columns', () => {
    const sql = 'INSERT INTO `otel`.`t` (\n a, Events.Name, `x (y)`\n) SETTINGS a = 1 FORMAT Native';
    expect(readStatement(sql).insert).toEqual({
      head: 'INSERT INTO `otel`.`t` (\n a, Events.Name, `x (y)`\n) SETTINGS a = 1 ',
      table: '`otel`.`t`',
      columns: 'a, Events.Name, `x (y)`',
      format: 'Native',
      data: '',
    });
    expect(readStatement('INSERT INTO t VALUES').insert).toMatchObject({ table: 't', columns: '*' });
  });

  it.each(['INSERT INTO t VALUES (1), (2)', 'INSERT INTO t SELECT 1', 'INSERT INTO t (a) SELECT b FROM c'])(
    'that brings its rows runs as it is: %s',
    (sql) => {
      expect(readStatement(sql)).toMatchObject({ sql, insert: undefined, answers: false });
    },
  );
});

describe('a statement', () => {
  it('loses its semicolon, and its format where the protocol has one of its own', () => {
    const statement = readStatement(' SELECT 1 FORMAT JSON ; ');
    expect(statement).toMatchObject({
      sql: 'SELECT 1 FORMAT JSON',
      withoutFormat: 'SELECT 1 ',
      answers: true,
    });
    expect(readStatement('SELECT format FROM t').withoutFormat).toBe('SELECT format FROM t');
  });

  it.each([
    ['SELECT 1; SELECT 2', 'Multi-statements are not allowed'],
    ['SELECT a$x$; SELECT 1; $x$', 'Multi-statements are not allowed'],
    [' -- nothing', 'Empty query'],
    ['set role as_schema', 'SET: the stand-in keeps no session'],
    ['/* */ USE otel', 'USE: the stand-in keeps no session'],
    [`INSERT INTO t FROM INFILE '/etc/passwd' FORMAT CSV`, 'INFILE is the client’s affair'],
    [`SELECT 1 INTO OUTFILE '/tmp/x'`, 'OUTFILE is the client’s affair'],
  ])('%s is refused', (sql, message) => {
    expect(() => readStatement(sql)).toThrow(message);
  });

  it('may have the words of the refused in strings', () => {
    expect(readStatement(`SELECT 'FROM INFILE; SET'`).answers).toBe(true);
  });
});

it('a text becomes a literal that holds it', () => {
  expect(quoted(`it's a \\`)).toBe(`'it\\'s a \\\\'`);
});
