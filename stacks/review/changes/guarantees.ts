/** How long each receiver may be away, before and after. */
import type { GraphDocument, GraphGuarantee } from '../../graph-document';
import type { ChangedGuarantee } from './changes';
import { connectionsById } from './connections';
import { pairs, type Graphs } from './graphs';

/** Less than a second is arithmetic, not a change. */
const NOTICED_SECONDS = 1;

/** The shortest first. A connection that is new or gone has none to compare. */
export function changedGuarantees({ before, after }: Graphs): ChangedGuarantee[] {
  return pairs(guaranteesOf(before), guaranteesOf(after))
    .flatMap(({ id, before: old, after: fresh }) =>
      old === undefined || fresh === undefined || isSame(old, fresh)
        ? []
        : [
            {
              connection: id,
              beforeSeconds: old.survivesSeconds,
              afterSeconds: fresh.survivesSeconds,
              wantedSeconds: fresh.wantedSeconds,
              arithmetic: fresh.arithmetic,
            },
          ],
    )
    .sort((a, b) => seconds(a.afterSeconds) - seconds(b.afterSeconds));
}

function guaranteesOf(graph: GraphDocument): Map<string, GraphGuarantee> {
  return new Map(
    [...connectionsById(graph)].flatMap(([id, { guarantee }]) =>
      guarantee === undefined ? [] : [[id, guarantee]],
    ),
  );
}

function isSame(old: GraphGuarantee, fresh: GraphGuarantee): boolean {
  const [a, b] = [seconds(old.survivesSeconds), seconds(fresh.survivesSeconds)];
  return old.wantedSeconds === fresh.wantedSeconds && (a === b || Math.abs(a - b) < NOTICED_SECONDS);
}

/** Null is without limit. */
export function seconds(survives: number | null): number {
  return survives ?? Number.POSITIVE_INFINITY;
}
