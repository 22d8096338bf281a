/** Recordings → lists, one for each program. */
import { merged } from './exposition';
import type { Inventory } from './inventory';
import type { Recorded } from './recordings/recording';

/** What several recordings have of one program is one list. */
export function inventoriesOf(recorded: readonly Recorded[]): readonly Inventory[] {
  const programs = [...new Set(recorded.map(({ program }) => program))].sort();
  return programs.flatMap((program) => {
    const of = recorded.filter((one) => one.program === program);
    const [first] = of;
    if (first === undefined) return [];
    const standIn = distinct(of.flatMap((one) => one.standIn ?? []));
    return [
      {
        program,
        version: first.version,
        source: 'recorded',
        from: distinct(of.map(({ from }) => from)),
        ...(standIn === '' ? {} : { standIn }),
        metrics: merged(of.map(({ metrics }) => metrics)),
      },
    ];
  });
}

/** What is there already may be several itself. */
function distinct(texts: readonly string[]): string {
  return [...new Set(texts.flatMap((text) => text.split('; ')))].sort().join('; ');
}
