/**
 * The data-flow picture as a view: drawn as SVG, gone through by keyboard, with a legend that switches signals and a panel
 * that says what is selected. Whoever cannot see it has the same in the tables of components and connections.
 */
import type { PictureLine } from '../../picture/picture';
import type { ReviewDocument } from '../../review-document';
import { addressOf } from '../address';
import { h } from '../dom';
import { counted } from '../format';
import { Camera } from './camera';
import { lineName } from './draw-line';
import { legend } from './legend';
import { withChanges } from './marks';
import { Panel } from './panel';
import { Scene, type Selection } from './scene';
import { stageHeight } from './stage-height';
import { s } from './svg';

export interface FlowOptions {
  /** Goes to another address of the page, e.g. `#/component/loki`. */
  readonly open: (hash: string) => void;
  /** Name of the component, external party or group that is selected from the start. */
  readonly selected?: string;
}

export function flowView(review: ReviewDocument, options: FlowOptions): HTMLElement {
  return new FlowView(withChanges(review), options).element;
}

class FlowView {
  public readonly element: HTMLElement;
  private readonly scene: Scene;
  private readonly panel: Panel;
  private readonly camera: Camera;
  private readonly stage: SVGSVGElement;
  private readonly caption = h('p', { class: 'flow-caption', 'aria-hidden': 'true' });
  private selected: Selection | undefined;

  public constructor(
    private readonly review: ReviewDocument,
    private readonly options: FlowOptions,
  ) {
    const { picture } = review;
    this.scene = new Scene(picture);
    this.panel = new Panel(review);
    this.stage = stage(review, this.scene.element);
    this.camera = new Camera({ stage: this.stage, scene: this.scene.element, picture });
    const frame = h('div', { class: 'flow-stage' }, this.stage, this.buttons(), this.caption);
    stageHeight(frame, picture);
    this.element = h(
      'section',
      { class: 'flow', 'aria-label': 'Data flow' },
      legend({
        picture,
        isOn: (name) => this.scene.isShown(name),
        set: (name, on) => {
          this.scene.setShown(name, on);
        },
        setChangesOnly: (on) => {
          this.scene.setChangesOnly(on);
        },
      }),
      frame,
      this.panel.element,
    );
    this.listen();
    const first = options.selected === undefined ? undefined : this.scene.node(options.selected);
    if (first !== undefined) this.select({ kind: 'node', id: first.id });
  }

  private buttons(): HTMLElement {
    const button = (text: string, title: string, act: () => void): HTMLButtonElement => {
      const element = h('button', { type: 'button', 'aria-label': title, title }, text);
      element.addEventListener('click', act);
      return element;
    };
    return h(
      'div',
      { class: 'flow-zoom', role: 'group', 'aria-label': 'Size of the picture' },
      button('+', 'Larger (+)', () => {
        this.camera.zoomIn();
      }),
      button('−', 'Smaller (-)', () => {
        this.camera.zoomOut();
      }),
      button('Fit', 'Fit to the window (0)', () => {
        this.camera.fit();
      }),
      this.wholeWindow(),
    );
  }

  private wholeWindow(): HTMLElement {
    const title = 'Whole window';
    const element = h('button', { type: 'button', 'aria-pressed': 'false', title }, title);
    element.addEventListener('click', () => {
      const isWhole = this.element.classList.toggle('is-whole');
      element.setAttribute('aria-pressed', String(isWhole));
    });
    return element;
  }

  private listen(): void {
    const { stage } = this;
    stage.addEventListener('keydown', (event) => {
      this.key(event);
    });
    stage.addEventListener('click', (event) => {
      this.click(event);
    });
    stage.addEventListener('pointerover', ({ target }) => {
      this.hover(subject(target));
    });
    stage.addEventListener('pointerleave', () => {
      this.hover(undefined);
    });
    stage.addEventListener('focusin', ({ target }) => {
      this.focused(target);
    });
    stage.addEventListener('focusout', () => {
      this.hover(undefined);
    });
  }

  private key(event: KeyboardEvent): void {
    const at = subject(event.target);
    if (event.key === 'Escape') this.select(undefined);
    else if (event.key === ' ' && at !== undefined) this.select(at);
    else if (event.key === 'Enter' && at !== undefined) this.enter(at);
    else if (!this.camera.key(event)) return;
    event.preventDefault();
  }

  /** A component has a page; everybody else is told of in the panel. */
  private enter(at: Selection): void {
    const node = at.kind === 'node' ? this.scene.node(at.id) : undefined;
    if (node?.kind === 'component' && node.mark !== 'removed') {
      this.options.open(addressOf('component', node.id));
    } else this.select(at);
  }

  private click(event: MouseEvent): void {
    // With a key, the browser opens the link in a window of its own.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const at = subject(event.target);
    // Programs that read the page aloud click without a pointer: they follow the link.
    if (event.detail === 0 && at !== undefined) this.enter(at);
    else this.select(at);
  }

  private focused(target: EventTarget | null): void {
    const at = subject(target);
    const node = at?.kind === 'node' ? this.scene.node(at.id) : undefined;
    // By pointer, it is in sight; moving it away under the pointer would be rude.
    if (node !== undefined && target instanceof Element && target.matches(':focus-visible')) {
      this.camera.reveal(node);
    }
    this.hover(at);
  }

  private hover(at: Selection | undefined): void {
    this.scene.highlight(this.selected, at);
    this.caption.textContent = at === undefined ? '' : this.sentence(at);
  }

  private sentence({ kind, id }: Selection): string {
    if (kind === 'node') {
      const { components, externals } = this.review;
      return `${id}: ${
        components.find(({ name }) => name === id)?.summary ??
        externals.find(({ name }) => name === id)?.description ??
        this.scene.node(id)?.subtitle ??
        ''
      }`;
    }
    const line = this.line(id);
    return line === undefined ? '' : `${lineName(line)}, ${counted(line.connections.length, 'connection')}`;
  }

  private line(id: string): PictureLine | undefined {
    return this.review.picture.lines.find((line) => line.id === id);
  }

  private select(at: Selection | undefined): void {
    this.selected = at;
    this.scene.highlight(at, undefined);
    const node = at?.kind === 'node' ? this.scene.node(at.id) : undefined;
    const line = at?.kind === 'line' ? this.line(at.id) : undefined;
    if (node !== undefined) this.panel.showNode(node);
    else if (line !== undefined) this.panel.showLine(line);
    else this.panel.showNothing();
    this.remember(node?.id);
  }

  /** So that the address can be handed on; without a step in the browser's history, and without drawing anew. */
  private remember(name: string | undefined): void {
    if (!this.element.isConnected) return;
    const hash = name === undefined ? addressOf('flow') : addressOf('flow', name);
    history.replaceState(history.state, '', hash);
  }
}

function stage({ environment, picture }: ReviewDocument, scene: SVGGElement): SVGSVGElement {
  const parts = `${counted(picture.nodes.length, 'box', 'boxes')}, ${counted(picture.lines.length, 'line')}`;
  return s(
    'svg',
    { class: 'flow-svg', role: 'group', tabindex: 0, 'aria-labelledby': 'flow-title flow-desc' },
    s('title', { id: 'flow-title' }, `Data flow of ${environment}`),
    s(
      'desc',
      { id: 'flow-desc' },
      `${parts}, from senders on the left to the outside on the right. Tab goes from box to box, Enter opens one, Space selects; plus and minus zoom, 0 fits, arrow keys move. The tables of components and connections say the same.`,
    ),
    scene,
  );
}

/** The box or line that an event is about. */
function subject(target: EventTarget | null): Selection | undefined {
  const element = target instanceof Element ? target.closest('[data-node], [data-line]') : null;
  const node = element?.getAttribute('data-node') ?? undefined;
  if (node !== undefined) return { kind: 'node', id: node };
  const line = element?.getAttribute('data-line') ?? undefined;
  return line === undefined ? undefined : { kind: 'line', id: line };
}
