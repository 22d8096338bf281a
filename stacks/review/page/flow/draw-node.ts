/** A box of the picture as SVG: a link with title and subtitle, and larger letters for who looks from afar. */
import type { Mark, PictureNode } from '../../picture/picture';
import { titleLines } from '../../picture/title-lines';
import { addressOf } from '../address';
import { classes, MARK_SIGNS } from './draw-line';
import { s } from './svg';

const RADIUS = 8;
/** Of those outside the platform: lines still meet the border near its corners. */
const ROUND = 18;
const TITLE_LINE = 16;
/** From afar: letters of 18 px, of which a line holds so many, in two lines at most. */
const FAR_LETTERS = 13;
const FAR_LINE = 20;
/** Behind a group's box stand two more, each so much aside. */
const STACK = 4;

function nodeAddress({ id, kind }: PictureNode): string {
  return kind === 'component' ? addressOf('component', id) : addressOf('flow', id);
}

export interface DrawnNode {
  readonly element: SVGGElement;
  readonly link: SVGAElement;
}

export function drawNode(node: PictureNode): DrawnNode {
  const { x, y, width, height, kind, mark } = node;
  const radius = kind === 'component' ? RADIUS : ROUND;
  const box = (className: string, aside = 0): SVGRectElement =>
    s('rect', { class: className, x: aside, y: aside, width, height, rx: radius });
  const link = s(
    'a',
    { href: nodeAddress(node), 'aria-label': nodeName(node), 'data-node': node.id },
    ...(kind === 'group' ? [box('behind', 2 * STACK), box('behind', STACK)] : []),
    box('box'),
  );
  // Beside the link, not in it: what is cut or broken for the eye is no name to read aloud.
  const letters = s(
    'g',
    { class: 'letters', 'aria-hidden': 'true' },
    nearText(node),
    farText(node),
    mark === undefined ? undefined : markSign(mark, width),
  );
  const element = s(
    'g',
    { class: classes('node', `is-${kind}`, mark && `is-${mark}`), transform: `translate(${x} ${y})` },
    link,
    letters,
  );
  return { element, link };
}

function markSign(mark: Mark, width: number): SVGGElement {
  return s(
    'g',
    { class: 'sign', transform: `translate(${width - 4} 4)` },
    s('circle', { r: 9 }),
    s('text', { y: 0.5 }, MARK_SIGNS[mark]),
  );
}

function nodeName({ id, kind, subtitle, mark }: PictureNode): string {
  return [id, kind === 'component' ? '' : `${kind} party`, subtitle, mark ?? '']
    .filter((part) => part !== '')
    .join(', ');
}

function nearText({ title, subtitle, width, height }: PictureNode): SVGGElement {
  const lines = titleLines(title);
  const top = height / 2 - (lines.length * TITLE_LINE + 12) / 2 + 9;
  return s(
    'g',
    { class: 'near' },
    ...lines.map((text, index) =>
      s('text', { class: 'title', x: width / 2, y: top + index * TITLE_LINE }, text),
    ),
    s('text', { class: 'subtitle', x: width / 2, y: top + lines.length * TITLE_LINE }, subtitle),
  );
}

function farText({ title, width, height }: PictureNode): SVGGElement {
  const lines = titleLines(title, FAR_LETTERS);
  const top = height / 2 - ((lines.length - 1) * FAR_LINE) / 2;
  return s(
    'g',
    { class: 'far' },
    ...lines.map((text, index) =>
      s('text', { class: 'title', x: width / 2, y: top + index * FAR_LINE }, text),
    ),
  );
}
