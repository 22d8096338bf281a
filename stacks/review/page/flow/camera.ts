/**
 * What part of the picture is seen, and how large: zoom by buttons, keys, pinch and wheel with Ctrl; pan by dragging and
 * arrow keys. Fits the window until somebody moves it.
 */
import type { Area } from '../../picture/picture';

export interface CameraProps {
  readonly stage: SVGSVGElement;
  /** Holds the whole picture. */
  readonly scene: SVGGElement;
  readonly picture: { readonly width: number; readonly height: number };
}

const LIMITS = { smallest: 0.1, largest: 4 } as const;
/** Larger than drawn looks coarse. */
const LARGEST_FIT = 1.15;
/** Below, labels are too small to read: large titles stand alone. */
const FAR = 0.62;
const ZOOM_STEP = 1.25;
const PAN_STEP = 60;
/** Fewer pixels are a click of an unsteady hand. */
const DRAG_FROM = 4;
/** Pixels of a wheel that double the size. */
const WHEEL_DOUBLES = 240;

export class Camera {
  private scale = 1;
  private x = 0;
  private y = 0;
  private isFitted = true;
  private drag: { readonly x: number; readonly y: number; isMoving: boolean } | undefined;

  public constructor(private readonly props: CameraProps) {
    const { stage } = props;
    new ResizeObserver(() => {
      if (this.isFitted) this.fit();
    }).observe(stage);
    stage.addEventListener(
      'wheel',
      (event) => {
        this.wheel(event);
      },
      { passive: false },
    );
    stage.addEventListener('pointerdown', ({ button, clientX, clientY }) => {
      stage.classList.remove('is-dragged');
      if (button === 0) this.drag = { x: clientX - this.x, y: clientY - this.y, isMoving: false };
    });
    stage.addEventListener('pointermove', (event) => {
      this.move(event);
    });
    stage.addEventListener('pointerup', () => (this.drag = undefined));
    stage.addEventListener('pointercancel', () => (this.drag = undefined));
    // The browser's own dragging of links would take the pointer away.
    stage.addEventListener('dragstart', (event) => {
      event.preventDefault();
    });
    stage.addEventListener(
      'click',
      (event) => {
        if (!stage.classList.contains('is-dragged')) return;
        stage.classList.remove('is-dragged');
        event.preventDefault();
        event.stopImmediatePropagation();
      },
      { capture: true },
    );
  }

  public fit(): void {
    const { width, height } = this.props.stage.getBoundingClientRect();
    const { picture } = this.props;
    if (width === 0 || height === 0) return;
    this.isFitted = true;
    this.scale = Math.min(width / picture.width, height / picture.height, LARGEST_FIT);
    this.x = (width - picture.width * this.scale) / 2;
    this.y = (height - picture.height * this.scale) / 2;
    this.apply();
  }

  public zoomIn(): void {
    this.zoom(ZOOM_STEP);
  }

  public zoomOut(): void {
    this.zoom(1 / ZOOM_STEP);
  }

  /** Moves as little as shows the box. */
  public reveal({ x, y, width, height }: Area): void {
    const stage = this.props.stage.getBoundingClientRect();
    const margin = 24;
    const dx = into(this.x + x * this.scale, width * this.scale, margin, stage.width - margin);
    const dy = into(this.y + y * this.scale, height * this.scale, margin, stage.height - margin);
    if (dx !== 0 || dy !== 0) this.pan(dx, dy);
  }

  /** Whether the key was for the picture. */
  public key({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
    if (ctrlKey || metaKey || altKey) return false;
    const act = this.keys[key];
    act?.();
    return act !== undefined;
  }

  private readonly keys: Readonly<Record<string, (() => void) | undefined>> = {
    '+': () => {
      this.zoomIn();
    },
    '=': () => {
      this.zoomIn();
    },
    '-': () => {
      this.zoomOut();
    },
    '0': () => {
      this.fit();
    },
    ArrowLeft: () => {
      this.pan(PAN_STEP, 0);
    },
    ArrowRight: () => {
      this.pan(-PAN_STEP, 0);
    },
    ArrowUp: () => {
      this.pan(0, PAN_STEP);
    },
    ArrowDown: () => {
      this.pan(0, -PAN_STEP);
    },
  };

  private wheel(event: WheelEvent): void {
    // Without Ctrl, which a pinch sets too, the wheel is the page's.
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { left, top } = this.props.stage.getBoundingClientRect();
    this.zoom(2 ** (-event.deltaY / WHEEL_DOUBLES), { x: event.clientX - left, y: event.clientY - top });
  }

  private move({ clientX, clientY, pointerId }: PointerEvent): void {
    const { drag } = this;
    if (drag === undefined) return;
    const x = clientX - drag.x;
    const y = clientY - drag.y;
    if (!drag.isMoving && Math.hypot(x - this.x, y - this.y) < DRAG_FROM) return;
    if (!drag.isMoving) {
      drag.isMoving = true;
      this.props.stage.classList.add('is-dragged');
      this.props.stage.setPointerCapture(pointerId);
    }
    this.pan(x - this.x, y - this.y);
  }

  /** @param about what stays where it is; the middle where nothing is said */
  private zoom(factor: number, about?: { readonly x: number; readonly y: number }): void {
    const { width, height } = this.props.stage.getBoundingClientRect();
    const { x, y } = about ?? { x: width / 2, y: height / 2 };
    const scale = Math.min(LIMITS.largest, Math.max(LIMITS.smallest, this.scale * factor));
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.isFitted = false;
    this.apply();
  }

  private pan(dx: number, dy: number): void {
    this.x += dx;
    this.y += dy;
    this.isFitted = false;
    this.apply();
  }

  private apply(): void {
    this.props.scene.setAttribute('transform', `translate(${this.x} ${this.y}) scale(${this.scale})`);
    this.props.stage.classList.toggle('is-far', this.scale < FAR);
  }
}

/** How far a stretch has to move to lie within the limits; its start matters more than its end. */
function into(start: number, length: number, least: number, most: number): number {
  if (start < least) return least - start;
  return start + length > most ? Math.max(most - start - length, least - start) : 0;
}
