/**
 * Kubernetes quantities → numbers: `250m` → 0.25, `64Mi` → 67108864, `1e3` → 1000.
 */
import { Obstacle } from './plan-obstacle';

/** By the grammar of `k8s.io/apimachinery/pkg/api/resource`; a bare `E` is exa, `E3` an exponent. */
const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?$/;

const FACTORS: Readonly<Record<string, number>> = {
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
  Ei: 1024 ** 6,
};

/** Fractions as divisors: 100 / 1000 is 0.1, where 100 * 0.001 is not quite. */
const DIVISORS: Readonly<Record<string, number>> = { n: 1e9, u: 1e6, m: 1e3 };

/**
 * Undefined when nothing is given.
 * @throws Obstacle for a text that is no quantity
 */
export function parseQuantity(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number') return value;
  const [, number, exponent, suffix] = QUANTITY.exec(typeof value === 'string' ? value : '') ?? [];
  if (number === undefined) {
    throw new Obstacle(
      `${JSON.stringify(value)} is no quantity: a number with a suffix such as m, k, M, G, Ki, Mi or Gi, or an exponent`,
    );
  }
  const base = Number(`${number}${exponent ?? ''}`);
  return suffix === undefined ? base : (base * (FACTORS[suffix] ?? 1)) / (DIVISORS[suffix] ?? 1);
}

/** Whole bytes; a fraction of a byte counts as one, as Kubernetes rounds. */
export function parseBytes(value: unknown): number | undefined {
  const bytes = parseQuantity(value);
  return bytes === undefined ? undefined : Math.ceil(bytes);
}
