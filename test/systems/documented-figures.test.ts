/**
 * Every figure that the design documents give, against what is synthesised: one row each.
 */
import { EPIPHANY_FIGURES } from './documented-figures/epiphany';
import { SynthesisedEnvironment, type Figure } from './documented-figures/figure';
import { HUB_FIGURES } from './documented-figures/hub-and-spoke';
import { LOKI_ALLOY_FIGURES } from './documented-figures/loki-alloy';

const FIGURES: readonly Figure[] = [...HUB_FIGURES, ...LOKI_ALLOY_FIGURES, ...EPIPHANY_FIGURES];

const made = new Map<string, SynthesisedEnvironment>();

function environmentOf({ environment }: Figure): SynthesisedEnvironment {
  const known = made.get(environment) ?? new SynthesisedEnvironment(environment);
  made.set(environment, known);
  return known;
}

const named = FIGURES.map((figure) => ({
  title: `${figure.environment}: ${figure.component}, ${figure.figure} (${figure.cite})`,
  figure,
}));

test.each(named)('$title', ({ figure }) => {
  expect(figure.read(environmentOf(figure))).toEqual(figure.expected);
});

test('each figure stands once', () => {
  const keys = FIGURES.map(({ environment, component, figure }) => `${environment}: ${component}, ${figure}`);
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
});
