import type { Bounds } from './cluster';

/** Where the group reads on: where it was, unless that is kept no more, or is of an earlier topic of this name. */
export function goOnAt(committed: number | undefined, { first, end }: Bounds): number {
  return committed === undefined || committed < first || committed > end ? first : committed;
}
