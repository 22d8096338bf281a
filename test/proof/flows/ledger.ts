/**
 * The accounts of one flow: what was sent, what the platform took responsibility for, and where it is now.
 * Pure, over record numbers.
 */

export interface Entries {
  /** `logs, processor killed` */
  readonly title: string;
  readonly sent: Iterable<number>;
  readonly acknowledged: Iterable<number>;
  /** Refused for good, or given up by the sender: nobody promised anything. */
  readonly refused: Iterable<number>;
  /** Which of the records that were sent belong into this store; the others must not be there. */
  readonly due: (number: number) => boolean;
  /** Every number as often as the store has it. */
  readonly stored: Iterable<number>;
  readonly deadLettered: Iterable<number>;
}

export interface Ledger {
  readonly title: string;
  readonly sent: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** Of those sent, the acknowledged ones that belong into the store. */
  readonly due: number;
  /** Different numbers in the store. */
  readonly stored: number;
  /** Acknowledged and due, and neither stored nor put aside: lost. */
  readonly missing: readonly number[];
  /** Stored more than once: allowed, for delivery is at least once. */
  readonly duplicated: readonly number[];
  readonly deadLettered: readonly number[];
  /** Stored although never sent, or although it does not belong there. */
  readonly unexpected: readonly number[];
}

export function settle(entries: Entries): Ledger {
  const sent = new Set(entries.sent);
  const acknowledged = new Set(entries.acknowledged);
  const deadLettered = new Set(entries.deadLettered);
  const stored = new Set<number>();
  const duplicated = new Set<number>();
  for (const number of entries.stored) {
    if (stored.has(number)) duplicated.add(number);
    stored.add(number);
  }
  const invented = [...acknowledged].filter((number) => !sent.has(number));
  if (invented.length > 0)
    throw new RangeError(
      `${entries.title}: acknowledged but not sent: ${someOf(invented)}; the journal is wrong`,
    );
  const due = [...acknowledged].filter((number) => entries.due(number));
  return {
    title: entries.title,
    sent: sent.size,
    acknowledged: acknowledged.size,
    refused: new Set(entries.refused).size,
    due: due.length,
    stored: stored.size,
    missing: ascending(due.filter((number) => !stored.has(number) && !deadLettered.has(number))),
    duplicated: ascending(duplicated),
    deadLettered: ascending(deadLettered),
    unexpected: ascending([...stored].filter((number) => !sent.has(number) || !entries.due(number))),
  };
}

/** @throws Error that names the first of the records concerned, one line for each ledger that does not balance */
export function assertNothingLost(ledgers: readonly Ledger[]): void {
  const complaints = ledgers.flatMap(({ title, missing, unexpected, deadLettered, due }) => [
    ...(missing.length === 0
      ? []
      : [
          `${title}: ${missing.length} of ${due} acknowledged records are not in the store: ${someOf(missing)}`,
        ]),
    ...(unexpected.length === 0
      ? []
      : [`${title}: ${unexpected.length} records must not be in the store: ${someOf(unexpected)}`]),
    ...(deadLettered.length === 0
      ? []
      : [
          `${title}: ${deadLettered.length} good records are among the dead letters: ${someOf(deadLettered)}`,
        ]),
  ]);
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
}

const COLUMNS = [
  ['sent', (ledger) => ledger.sent],
  ['acknowledged', (ledger) => ledger.acknowledged],
  ['refused', (ledger) => ledger.refused],
  ['due', (ledger) => ledger.due],
  ['stored', (ledger) => ledger.stored],
  ['missing', (ledger) => ledger.missing.length],
  ['duplicated', (ledger) => ledger.duplicated.length],
  ['dead-lettered', (ledger) => ledger.deadLettered.length],
  ['unexpected', (ledger) => ledger.unexpected.length],
] as const satisfies readonly (readonly [string, (ledger: Ledger) => number])[];

/** One row for each ledger, columns aligned. */
export function ledgerTable(ledgers: readonly Ledger[]): string {
  const rows = [
    ['', ...COLUMNS.map(([name]) => name)],
    ...ledgers.map((ledger) => [ledger.title, ...COLUMNS.map(([, count]) => String(count(ledger)))]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const NAMED_AT_MOST = 10;

/** The first numbers, neighbours as ranges: `3–5, 9, …`. */
function someOf(numbers: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const number of numbers) {
    const current = ranges.at(-1);
    if (current?.[1] === number - 1) current[1] = number;
    else ranges.push([number, number]);
  }
  const named = ranges
    .slice(0, NAMED_AT_MOST)
    .map(([first, last]) => (first === last ? String(first) : `${first}–${last}`));
  return [...named, ...(ranges.length > NAMED_AT_MOST ? ['…'] : [])].join(', ');
}

function ascending(numbers: Iterable<number>): number[] {
  return [...numbers].sort((a, b) => a - b);
}
