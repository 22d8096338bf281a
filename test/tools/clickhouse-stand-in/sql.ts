/** ClickHouse SQL, taken apart as far as a server and its client must before the engine sees it. */

interface Token {
  readonly kind: 'word' | 'quoted' | 'symbol';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Strings, names in quotes, heredocs and comments as ClickHouse's lexer knows them; else words and single signs. */
const TOKENS =
  /(?<space>\s+|--[^\n]*|#[ !][^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<quoted>'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`\\]|\\[\s\S]|``)*`|\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$)|(?<word>[\w$]+)|(?<symbol>[\s\S])/gu;

function tokensOf(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const found of sql.matchAll(TOKENS)) {
    const { quoted, word, symbol } = found.groups ?? {};
    const text = quoted ?? word ?? symbol;
    if (text === undefined) continue;
    const kind = quoted !== undefined ? 'quoted' : word !== undefined ? 'word' : 'symbol';
    const start = found.index;
    tokens.push({ kind, text, start, end: start + text.length });
  }
  return tokens;
}

/** The statements of a file, without the semicolons between them. */
export function splitStatements(text: string): readonly string[] {
  const ends = tokensOf(text).filter(({ kind, text: sign }) => kind === 'symbol' && sign === ';');
  const statements = [...ends, undefined].map((end, index) =>
    text.slice(ends[index - 1]?.end ?? 0, end?.start),
  );
  return statements.filter((statement) => tokensOf(statement).length > 0);
}

/** An INSERT whose rows come apart from the statement. */
export interface InsertWithData {
  /** `INSERT INTO t (a, b) SETTINGS …`, up to the format. */
  readonly head: string;
  readonly table: string;
  /** As in a SELECT: `a, b`, or `*`. */
  readonly columns: string;
  readonly format: string;
  /** What stands behind the format's name. */
  readonly data: string;
}

export interface Statement {
  readonly sql: string;
  readonly insert: InsertWithData | undefined;
  /** It has an answer even when that has no rows. */
  readonly answers: boolean;
  /** What stands before its `FORMAT …`, if it has one. */
  readonly withoutFormat: string;
}

/** Why a server would not run it, or this one cannot. */
export class StatementRefused extends Error {
  public constructor(
    message: string,
    /** ClickHouse's own number for it. */
    public readonly code: number,
  ) {
    super(message);
  }
}

const SYNTAX_ERROR = 62;
const NOT_IMPLEMENTED = 48;
const ANSWERING = ['SELECT', 'WITH', 'SHOW', 'DESCRIBE', 'DESC', 'EXISTS', 'EXPLAIN', '(', 'FROM'];

/** @throws StatementRefused */
export function readStatement(text: string): Statement {
  const insert = readInsert(text);
  // The rows behind an INSERT are not SQL.
  const sql = insert === undefined ? text.trim() : insert.head;
  const tokens = tokensOf(sql);
  const semicolon = tokens.findIndex(({ kind, text: sign }) => kind === 'symbol' && sign === ';');
  if (semicolon >= 0 && semicolon < tokens.length - 1) {
    throw new StatementRefused('Syntax error (Multi-statements are not allowed)', SYNTAX_ERROR);
  }
  const known = semicolon < 0 ? tokens : tokens.slice(0, -1);
  if (known.length === 0) throw new StatementRefused('Syntax error: Empty query', SYNTAX_ERROR);
  const words = known.map(({ kind, text: word }) => (kind === 'quoted' ? '' : word.toUpperCase()));
  refuse(words);
  const formatAt = words.lastIndexOf('FORMAT');
  const format = formatAt > 0 && formatAt === words.length - 2 ? known[formatAt] : undefined;
  return {
    sql: sql.slice(0, known.at(-1)?.end),
    insert,
    answers: ANSWERING.includes(words[0] ?? ''),
    withoutFormat: sql.slice(0, format?.start ?? known.at(-1)?.end),
  };
}

function refuse(words: readonly string[]): void {
  if (words[0] === 'SET' || words[0] === 'USE') {
    throw new StatementRefused(
      `${words[0]}: the stand-in keeps no session; give settings and database with the query or the connection`,
      NOT_IMPLEMENTED,
    );
  }
  // The real client reads and writes these files itself; the engine here would do it on the server.
  const file = words.findIndex(
    (word, index) =>
      (word === 'INFILE' && words[index - 1] === 'FROM') ||
      (word === 'OUTFILE' && words[index - 1] === 'INTO'),
  );
  if (file >= 0) throw new StatementRefused(`${words[file] ?? ''} is the client’s affair`, NOT_IMPLEMENTED);
}

/** The words that end the name of the table of an INSERT. */
const AFTER_TABLE = ['(', 'VALUES', 'FORMAT', 'SETTINGS', 'SELECT', 'WITH', 'FROM', 'PARTITION', 'WATCH'];

function readInsert(text: string): InsertWithData | undefined {
  const tokens = tokensOf(text);
  const word = (index: number): string => {
    const token = tokens[index];
    return token === undefined || token.kind === 'quoted' ? '' : token.text.toUpperCase();
  };
  if (word(0) !== 'INSERT' || word(1) !== 'INTO') return undefined;
  const first = word(2) === 'TABLE' ? 3 : 2;
  let next = first;
  while (next < tokens.length && !AFTER_TABLE.includes(word(next))) next += 1;
  const table = slice(text, tokens[first], tokens[next - 1]);
  let columns = '*';
  if (word(next) === '(') {
    const closing = closingBracket(tokens, next);
    if (closing === undefined) return undefined;
    columns = slice(text, tokens[next + 1], tokens[closing - 1]);
    next = closing + 1;
  }
  const headEnd = tokens[next];
  if (word(next) === 'SETTINGS')
    while (next < tokens.length && !['VALUES', 'FORMAT', 'SELECT'].includes(word(next))) next += 1;
  const keyword = tokens[next];
  if (keyword === undefined || headEnd === undefined) return undefined;
  const head = text.slice(0, keyword.start);
  if (word(next) === 'VALUES') {
    // Rows in the statement itself are the engine's affair.
    return tokens[next + 1] === undefined ? { head, table, columns, format: 'Values', data: '' } : undefined;
  }
  const format = tokens[next + 1];
  if (word(next) !== 'FORMAT' || format === undefined) return undefined;
  return {
    head,
    table,
    columns,
    format: format.text,
    data: text.slice(format.end).replace(/^[ \t]*;?[ \t]*\r?\n?/, ''),
  };
}

function closingBracket(tokens: readonly Token[], opening: number): number | undefined {
  let depth = 0;
  for (let index = opening; index < tokens.length; index += 1) {
    const { kind, text } = tokens[index] ?? { kind: 'word', text: '' };
    if (kind === 'symbol' && text === '(') depth += 1;
    if (kind === 'symbol' && text === ')') depth -= 1;
    if (depth === 0) return index;
  }
  return undefined;
}

function slice(text: string, first: Token | undefined, last: Token | undefined): string {
  return first === undefined || last === undefined ? '' : text.slice(first.start, last.end);
}

/** As a literal of ClickHouse's SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
