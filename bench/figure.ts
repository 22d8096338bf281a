/** How a figure and its goal are written. */
import type { Goal, Unit } from './row';

export function formatFigure(value: number, unit: Unit): string {
  switch (unit) {
    case 'ratio':
      return value.toFixed(value < 0.1 ? 3 : 2);
    case 's':
      return `${value.toFixed(2)} s`;
    case 'ms':
      return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
    case 'MiB':
      return `${value.toFixed(0)} MiB`;
  }
}

export function formatGoal(goal: Goal, unit: Unit): string {
  const [sign, value] = 'atMost' in goal ? ['≤', goal.atMost] : ['≥', goal.atLeast];
  return unit === 'ratio' ? `${sign} ${value}` : `${sign} ${value} ${unit}`;
}
