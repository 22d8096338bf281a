/** A line of the picture as SVG: strands by signal, an arrow's head, its label, and its mark. */
import type { Mark, PictureLine } from '../../picture/picture';
import { strandsOf } from './signals';
import { aside, headOf, pathOf } from './strand';
import { s } from './svg';

/** Between the middles of two strands. */
const STRAND_GAP = 3;
export const MARK_SIGNS: Readonly<Record<Mark, string>> = { added: '+', removed: '−', changed: '~' };

export interface DrawnLine {
  readonly line: PictureLine;
  readonly element: SVGGElement;
}

export function drawLine(line: PictureLine): DrawnLine {
  const strands = strandsOf(line);
  const whole = pathOf(line.points);
  const element = s(
    'g',
    {
      class: classes('line', `is-${line.group}`, line.mark && `is-${line.mark}`),
      tabindex: 0,
      role: 'button',
      'aria-label': lineName(line),
      'data-line': line.id,
    },
    line.mark === undefined ? undefined : s('path', { class: 'halo', d: whole }),
    ...strands.map((strand, index) => {
      const points = aside(line.points, (index - (strands.length - 1) / 2) * STRAND_GAP);
      return s('path', { class: `strand is-${strand}`, 'data-strand': strand, d: pathOf(points) });
    }),
    s('path', { class: `head is-${strands[0] ?? 'other'}`, d: headOf(line.points) }),
    // Wide and unseen: where a pointer hits the line.
    s('path', { class: 'hit', d: whole }),
  );
  return { line, element };
}

export function drawLabel(line: PictureLine): SVGTextElement {
  const sign = line.mark === undefined ? '' : `${MARK_SIGNS[line.mark]} `;
  return s(
    'text',
    {
      class: classes('label', `is-${line.group}`, line.mark && `is-${line.mark}`),
      x: line.labelAt.x,
      y: line.labelAt.y,
      'aria-hidden': 'true',
      'data-label': line.id,
    },
    `${sign}${line.label}`,
  );
}

/** e.g. `logs: otel-logs to loki, OTLP/HTTP 3100`. */
export function lineName({ from, to, signals, label, mark }: PictureLine): string {
  return `${signals.join(', ')}: ${from} to ${to}, ${label}${mark === undefined ? '' : `, ${mark}`}`;
}

export function classes(...names: readonly (string | undefined)[]): string {
  return names.filter((name) => name !== undefined).join(' ');
}
