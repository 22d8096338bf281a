/** Rows of rates: named at once, so that those that cannot be measured say why; prepared when their turn has come. */
import { findCores } from './load/cores';
import { installPeers } from './peers-package';
import { rateRow, type RateRow } from './rate';
import type { Row } from './row';
import { ensureServicesBuilt } from './servers/service';

export type RowHead = Pick<RateRow, 'id' | 'title' | 'goal'>;

export interface LazyRow {
  readonly head: RowHead;
  readonly rest: () => Omit<RateRow, keyof RowHead> | Promise<Omit<RateRow, keyof RowHead>>;
}

export async function* measureRows(rows: readonly LazyRow[]): AsyncGenerator<Row> {
  const cores = findCores();
  if (typeof cores === 'string') {
    for (const { head } of rows) yield { kind: 'not run', id: head.id, title: head.title, reason: cores };
    return;
  }
  ensureServicesBuilt();
  installPeers();
  for (const { head, rest } of rows) yield await rateRow({ ...head, ...(await rest()) }, cores);
}
