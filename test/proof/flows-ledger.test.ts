/** The accounting of the flows: what it finds, and that it notices a single record that is gone. */
import * as fc from 'fast-check';
import { assertNothingLost, ledgerTable, settle, type Entries } from './flows/ledger';

const NUMBERS = Array.from({ length: 1_000 }, (_, i) => i + 1);

function entries(changed: Partial<Entries>): Entries {
  return {
    title: 'logs',
    sent: NUMBERS,
    acknowledged: NUMBERS,
    refused: [],
    due: () => true,
    stored: NUMBERS,
    deadLettered: [],
    ...changed,
  };
}

describe('The ledger of a flow', () => {
  it('balances when everything acknowledged is stored', () => {
    expect(() => {
      assertNothingLost([settle(entries({}))]);
    }).not.toThrow();
  });

  it('fails when one stored record is removed by hand', () => {
    const stored = NUMBERS.filter((number) => number !== 617);
    expect(() => {
      assertNothingLost([settle(entries({ stored }))]);
    }).toThrow('logs: 1 of 1000 acknowledged records are not in the store: 617');
  });

  it('names the first missing records, neighbours as one', () => {
    const gone = new Set([3, 4, 5, 9, ...Array.from({ length: 20 }, (_, i) => 100 + 2 * i)]);
    const stored = NUMBERS.filter((number) => !gone.has(number));
    expect(() => {
      assertNothingLost([settle(entries({ stored }))]);
    }).toThrow(
      'logs: 24 of 1000 acknowledged records are not in the store: ' +
        '3–5, 9, 100, 102, 104, 106, 108, 110, 112, 114, …',
    );
  });

  it('complains of every ledger that does not balance', () => {
    const metrics = settle(entries({ title: 'metrics', due: (number) => number > 2 }));
    const logs = settle(entries({ stored: [...NUMBERS, 2_000] }));
    const traces = settle(entries({ title: 'traces', deadLettered: [7] }));
    expect(() => {
      assertNothingLost([metrics, logs, traces]);
    }).toThrow(
      [
        'metrics: 2 records must not be in the store: 1–2',
        'logs: 1 records must not be in the store: 2000',
        'traces: 1 good records are among the dead letters: 7',
      ].join('\n'),
    );
  });

  it('misses nothing that was refused, nor what is put aside', () => {
    const ledger = settle(
      entries({
        acknowledged: NUMBERS.slice(10),
        refused: NUMBERS.slice(0, 10),
        stored: NUMBERS.slice(12),
        deadLettered: [11, 12],
      }),
    );
    expect(ledger).toMatchObject({ acknowledged: 990, refused: 10, missing: [], deadLettered: [11, 12] });
  });

  it('does not hold it against the platform that a record without an acknowledgement is stored', () => {
    const ledger = settle(entries({ acknowledged: NUMBERS.slice(10) }));
    expect(ledger).toMatchObject({ missing: [], unexpected: [] });
  });

  it('refuses a journal in which something was acknowledged and not sent', () => {
    expect(() => settle(entries({ sent: NUMBERS.slice(1) }))).toThrow(
      'logs: acknowledged but not sent: 1; the journal is wrong',
    );
  });

  it('prints a table', () => {
    const ledger = settle(entries({ stored: [...NUMBERS.slice(1), 5, 5] }));
    expect(ledgerTable([ledger, settle(entries({ title: 'metrics, all', due: (n) => n > 100 }))])).toBe(
      [
        '              sent  acknowledged  refused   due  stored  missing  duplicated  dead-lettered  unexpected',
        'logs          1000          1000        0  1000     999        1           1              0           0',
        'metrics, all  1000          1000        0   900    1000        0           0              0         100',
      ].join('\n'),
    );
  });

  it('finds exactly what was removed, added and doubled, whatever it was', () => {
    const some = fc.uniqueArray(fc.integer({ min: 1, max: 1_000 }), { maxLength: 50 });
    fc.assert(
      fc.property(some, some, some, (removed, added, doubled) => {
        const gone = new Set(removed);
        const kept = NUMBERS.filter((number) => !gone.has(number));
        const strangers = added.map((number) => number + 1_000);
        const twice = doubled.filter((number) => !gone.has(number));
        const ledger = settle(entries({ stored: [...twice, ...strangers, ...kept] }));
        const ascending = (numbers: number[]): number[] => [...numbers].sort((a, b) => a - b);
        expect(ledger.missing).toEqual(ascending(removed));
        expect(ledger.unexpected).toEqual(ascending(strangers));
        expect(ledger.duplicated).toEqual(ascending(twice));
        expect(ledger.stored + ledger.missing.length - ledger.unexpected.length).toBe(ledger.due);
      }),
    );
  });

  it('does not depend on any order', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(NUMBERS.slice(0, 50)),
        fc.shuffledSubarray(NUMBERS.slice(0, 50)),
        (acknowledged, stored) => {
          const sorted = (numbers: number[]): number[] => [...numbers].sort((a, b) => a - b);
          expect(settle(entries({ acknowledged, stored }))).toEqual(
            settle(entries({ acknowledged: sorted(acknowledged), stored: sorted(stored) })),
          );
        },
      ),
    );
  });
});
