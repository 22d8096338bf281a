/** The picture's elements, and which of them stand out, are dimmed or hidden. */
import type { Picture, PictureFrame, PictureNode } from '../../picture/picture';
import { drawLabel, drawLine, type DrawnLine } from './draw-line';
import { drawNode, type DrawnNode } from './draw-node';
import { strandsOf, type Switch } from './signals';
import { s } from './svg';

export type Selection =
  { readonly kind: 'node'; readonly id: string } | { readonly kind: 'line'; readonly id: string };

export class Scene {
  public readonly element: SVGGElement;
  private readonly nodes: ReadonlyMap<string, DrawnNode>;
  private readonly lines: readonly (DrawnLine & { readonly label: SVGTextElement })[];
  private readonly hidden = new Set<Switch>();
  private changesOnly = false;

  public constructor(private readonly picture: Picture) {
    this.nodes = new Map(picture.nodes.map((node) => [node.id, drawNode(node)]));
    const order = new Map(picture.nodes.map(({ id }, index) => [id, index]));
    const rank = (id: string): number => order.get(id) ?? picture.nodes.length;
    this.lines = [...picture.lines]
      .sort((a, b) => rank(a.from) - rank(b.from) || rank(a.to) - rank(b.to))
      .map((line) => ({ ...drawLine(line), label: drawLabel(line) }));
    const background = this.lines.filter(({ line }) => isBackground(line.group));
    const flow = this.lines.filter(({ line }) => !isBackground(line.group));
    // Painted in this order, and gone through in it by Tab: boxes along the flow, then its lines.
    this.element = s(
      'g',
      { class: 'scene' },
      s('g', { class: 'frames' }, ...picture.frames.map(drawFrame)),
      s('g', { class: 'nodes' }, ...[...this.nodes.values()].map(({ element }) => element)),
      s('g', { class: 'lines' }, ...flow.map(({ element }) => element)),
      s('g', { class: 'lines background' }, ...background.map(({ element }) => element)),
      s('g', { class: 'labels' }, ...this.lines.map(({ label }) => label)),
    );
  }

  public node(id: string): PictureNode | undefined {
    return this.picture.nodes.find((node) => node.id === id || node.members?.includes(id) === true);
  }

  public setShown(name: Switch, isShown: boolean): void {
    if (isShown) this.hidden.delete(name);
    else this.hidden.add(name);
    for (const { line, element, label } of this.lines) {
      for (const path of element.querySelectorAll('[data-strand]')) {
        const strand = path.getAttribute('data-strand');
        path.classList.toggle('is-off', this.hidden.has(strand as Switch));
      }
      const isOff = strandsOf(line).every((strand) => this.hidden.has(strand));
      element.classList.toggle('is-off', isOff);
      label.classList.toggle('is-off', isOff);
    }
  }

  public isShown(name: Switch): boolean {
    return !this.hidden.has(name);
  }

  public setChangesOnly(on: boolean): void {
    this.changesOnly = on;
    this.highlight(undefined, undefined);
  }

  /** What is looked at stands out with all that it is connected with. */
  public highlight(selected: Selection | undefined, hovered: Selection | undefined): void {
    const looked = hovered ?? selected;
    const lines = new Set(this.picture.lines.filter((line) => touches(line, looked)).map(({ id }) => id));
    const nodes = new Set(
      this.picture.lines.filter(({ id }) => lines.has(id)).flatMap(({ from, to }) => [from, to]),
    );
    if (looked?.kind === 'node') nodes.add(looked.id);
    const isLit = (id: string, among: ReadonlySet<string>, isMarked: boolean): boolean =>
      looked === undefined ? !this.changesOnly || isMarked : among.has(id);
    for (const [id, { element, link }] of this.nodes) {
      element.classList.toggle('is-dim', !isLit(id, nodes, this.node(id)?.mark !== undefined));
      const isSelected = selected?.kind === 'node' && selected.id === id;
      element.classList.toggle('is-selected', isSelected);
      if (isSelected) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
    for (const { line, element, label } of this.lines) {
      const isDim = !isLit(line.id, lines, line.mark !== undefined);
      const isLooked = looked !== undefined && !isDim;
      label.classList.toggle('is-alone', isLooked && looked.kind === 'line');
      for (const part of [element, label]) {
        part.classList.toggle('is-dim', isDim);
        part.classList.toggle('is-looked', isLooked);
      }
      const isSelected = selected?.kind === 'line' && selected.id === line.id;
      element.classList.toggle('is-selected', isSelected);
      element.setAttribute('aria-pressed', String(isSelected));
    }
  }
}

function touches(
  { id, from, to }: { readonly id: string; readonly from: string; readonly to: string },
  looked: Selection | undefined,
): boolean {
  if (looked === undefined) return false;
  return looked.kind === 'line' ? looked.id === id : looked.id === from || looked.id === to;
}

function isBackground(group: string): boolean {
  return group === 'scrapes' || group === 'services';
}

function drawFrame({ id, title, x, y, width, height }: PictureFrame): SVGGElement {
  return s(
    'g',
    { class: `frame is-${id}`, transform: `translate(${x} ${y})` },
    s('rect', { width, height, rx: 10 }),
    s('text', { class: 'near', x: 14, y: 24 }, title),
    s('text', { class: 'far', x: 12, y: 27, 'aria-hidden': 'true' }, title),
  );
}
