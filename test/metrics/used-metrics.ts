/** Of everything that the lists hold, what some environment's alerts, recorded series and dashboards ask for. */
import { ENVIRONMENT_NAMES, synthesisOf } from '../environments';
import { seriesOf, type Inventory } from './inventory';
import { selectorsOf, type Selector } from './promql';
import { usesOf } from './uses';

/** The program's series that are asked for → the labels that are used of them and that the list has. */
export function usedOf(inventory: Inventory): ReadonlyMap<string, readonly string[]> {
  const selectors = allSelectors();
  return new Map(
    [...seriesOf(inventory)].flatMap(([series, labels]): [string, readonly string[]][] => {
      const asking = selectors.filter(({ metric }) =>
        typeof metric === 'string' ? metric === series : metric.test(series),
      );
      if (asking.length === 0) return [];
      const used = new Set(asking.flatMap(({ labelsUsed }) => labelsUsed));
      return [[series, [...labels].filter((label) => used.has(label)).sort()]];
    }),
  );
}

let selectorsOfAll: readonly Selector[] | undefined;

function allSelectors(): readonly Selector[] {
  selectorsOfAll ??= ENVIRONMENT_NAMES.flatMap((name) => usesOf(synthesisOf(name))).flatMap(({ expr }) =>
    selectorsOf(expr),
  );
  return selectorsOfAll;
}
