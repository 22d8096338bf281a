/** A connection that reads: statements prepared once, errors in the store's words. */
import type Database from 'libsql';

import { connect, translateErrors, type EmbeddedFile } from './database';

export type Value = string | number | null;

export class ReadConnection {
  private readonly database: Database.Database;
  private readonly statements = new Map<string, Database.Statement>();

  public constructor(private readonly file: EmbeddedFile) {
    this.database = connect(file);
    this.database.exec('PRAGMA query_only = ON');
  }

  /** As arrays. All of them at once, so the statement must be bounded. */
  public rows(sql: string, values: readonly Value[]): readonly unknown[] {
    return this.run(`${sql} -- rows`, (statement) => statement.raw().all([...values]));
  }

  /** The first one, by names of columns. */
  public one(sql: string, values: readonly Value[]): unknown {
    return this.run(sql, (statement) => statement.get([...values]));
  }

  public close(): void {
    if (this.database.open) this.database.close();
  }

  private run<T>(sql: string, action: (statement: Database.Statement) => T): T {
    return translateErrors(this.file.path, () => {
      let statement = this.statements.get(sql);
      if (statement === undefined) {
        statement = this.database.prepare(sql);
        this.statements.set(sql, statement);
      }
      return action(statement);
    });
  }
}
