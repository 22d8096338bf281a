/**
 * A data-flow picture that has been laid out: boxes and lines with coordinates, in pixels from the top left. Types only.
 */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** A frame for each layer of the platform, and one each for who sends and who is written to outside. */
  readonly frames: readonly PictureFrame[];
  readonly nodes: readonly PictureNode[];
  readonly lines: readonly PictureLine[];
}

export type LineGroup = 'telemetry' | 'other' | 'scrapes' | 'services';

export type Mark = 'added' | 'removed' | 'changed';

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PictureFrame extends Area {
  readonly id: string;
  readonly title: string;
}

export interface PictureNode extends Area {
  /** The component's or external party's name; for look-alikes drawn as one, the name of their group. */
  readonly id: string;
  readonly kind: 'component' | 'external' | 'group';
  readonly title: string;
  /** Second line, e.g. `StatefulSet × 3` or `200 clusters`. */
  readonly subtitle: string;
  readonly layer: string;
  /** Identifier of the frame that it stands in. */
  readonly frame: string;
  /** Names of those that a group stands for. */
  readonly members?: readonly string[];
  readonly mark?: Mark;
}

/** Arrows point the way that the data goes: a reader of a topic and who asks a query stand behind what they read. */
export interface PictureLine {
  readonly id: string;
  /** Nodes' identifiers. */
  readonly from: string;
  readonly to: string;
  /** Of which signal it is drawn: the first telemetry signal, or else the first. */
  readonly signal: string;
  /** Scrapes share a rail below the components, and so do the lines to what everything needs: both stay in the background. */
  readonly group: LineGroup;
  readonly signals: readonly string[];
  /** The connections that it stands for (identifiers of `ConnectionEntry`). */
  readonly connections: readonly string[];
  /** e.g. `OTLP/gRPC 4317`. */
  readonly label: string;
  readonly labelAt: { readonly x: number; readonly y: number };
  /** Corners, from start to end. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly mark?: Mark;
}
