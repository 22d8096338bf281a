/** What runs, with the state of its life-cycle on the day of the review. */
import { imageOf, type CatalogEntry } from '../../constructs/core/catalog';
import { usedEntries, type Waiver } from '../../constructs/core/catalog-checks';
import type { Platform } from '../../constructs/core/platform';
import type { ImageEntry } from './review-document';

export interface ImageOptions {
  /** As `2026-07-31`. */
  readonly asOf: string;
  readonly waivers: readonly Waiver[];
}

/** A quarter: time to plan a new version, try it and roll it out. */
const NOTICE_DAYS = 90;
const DAY_MS = 86_400_000;

export function imageEntries(platform: Platform, options: ImageOptions): ImageEntry[] {
  const componentOf = new Map(platform.graph.parties.map(({ id, componentName }) => [id, componentName]));
  return usedEntries(platform).map(({ entry, parties }) => {
    const waiver = options.waivers.find(({ component }) => component === entry.name);
    return {
      image: imageOf(entry),
      program: entry.name,
      version: entry.version,
      license: entry.license,
      usedBy: [...new Set(parties.map((party) => componentOf.get(party) ?? party))],
      state: stateOf(entry, waiver, options.asOf),
      endOfLife: entry.endOfLife ?? null,
      ...(entry.successor === undefined ? {} : { successor: entry.successor }),
      ...(waiver === undefined ? {} : { waiver: accountOf(waiver) }),
    };
  });
}

function stateOf({ endOfLife }: CatalogEntry, waiver: Waiver | undefined, asOf: string): ImageEntry['state'] {
  if (endOfLife === undefined) return 'supported';
  if (endOfLife < asOf) return waiver !== undefined && waiver.expires > asOf ? 'ended, waived' : 'ended';
  return Date.parse(endOfLife) - Date.parse(asOf) <= NOTICE_DAYS * DAY_MS ? 'ends soon' : 'supported';
}

function accountOf({ reason, owner, expires }: Waiver): NonNullable<ImageEntry['waiver']> {
  return { reason, owner, expires };
}
