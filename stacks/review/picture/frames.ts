/**
 * The frames of a picture, and in which of them an external party stands.
 */
import { LAYERS } from '../../../constructs/core/component';
import type { GraphExternal } from '../../graph-document';
import type { Way } from './ways';

/** Left to right in the direction of the data; below them, what is no part of the flow. */
export const LANES = ['senders', ...LAYERS.filter((layer) => layer !== 'secure'), 'outside'] as const;
export const STRIP = ['secure', 'setup', 'services'] as const;
export type FrameId = (typeof LANES)[number] | (typeof STRIP)[number];

export const FRAME_TITLES: Readonly<Record<FrameId, string>> = {
  senders: 'Senders',
  ingress: 'Ingress',
  collect: 'Collect',
  route: 'Route',
  buffer: 'Buffer',
  store: 'Store',
  view: 'View',
  alert: 'Alert',
  outside: 'Outside',
  secure: 'Secure',
  setup: 'Settings',
  services: 'Services',
};

/** A component that no data comes to or goes from would only make the flow longer. */
export function frameOfComponent(name: string, layer: string, ways: readonly Way[]): FrameId {
  if (layer === 'secure') return layer;
  const isConnected = ways.some(({ from, to }) => from === name || to === name);
  return isConnected ? (LANES.find((lane) => lane === layer) ?? 'setup') : 'setup';
}

/**
 * `senders`: from whom telemetry comes, or who calls; `services`: who is dialled for something else than data, such as
 * the Kubernetes API; `outside`: to whom data goes.
 */
export function framesOfExternals(
  externals: readonly GraphExternal[],
  ways: readonly Way[],
): ReadonlyMap<string, FrameId> {
  const names = externals.map(({ name }) => name);
  const isExternal = new Set(names);
  const frames = new Map<string, FrameId>();
  for (const external of externals) {
    const own = ways.filter(({ from, to }) => from === external.name || to === external.name);
    const frame = frameByWays(external, own, isExternal);
    if (frame !== undefined) frames.set(external.name, frame);
  }
  // Who calls only other externals stands beside them: so the map grows while it is walked.
  for (let size = -1; size !== frames.size;) {
    size = frames.size;
    for (const name of names) {
      if (frames.has(name)) continue;
      const called = ways.find(({ from, to }) => from === name && frames.has(to));
      const frame = called === undefined ? undefined : frames.get(called.to);
      if (frame !== undefined) frames.set(name, frame);
    }
  }
  return new Map(names.map((name) => [name, frames.get(name) ?? 'services']));
}

function frameByWays(
  { name, reach }: GraphExternal,
  ways: readonly Way[],
  isExternal: ReadonlySet<string>,
): FrameId | undefined {
  const carries = (way: Way): boolean => way.kind === 'telemetry' || way.kind === 'scrape';
  const sends = ways.filter(({ from }) => from === name);
  const takes = ways.filter(({ to }) => to === name);
  // The Kubernetes API and the operators of the cluster are scraped, too, and yet are no senders.
  if (takes.some(({ kind }) => kind === 'coordination')) return 'services';
  if (reach.kind === 'pods' && takes.length === 0 && sends.every(({ kind }) => kind === 'scrape')) {
    return 'services';
  }
  if (sends.some((way) => carries(way) || way.signals.includes('messages'))) return 'senders';
  if (takes.some((way) => carries(way) || (way.kind === 'other' && way.signals[0] !== 'web')))
    return 'outside';
  if (takes.some(({ dialledBy }) => dialledBy !== name) && sends.length === 0) return 'services';
  if (sends.some(({ to }) => !isExternal.has(to))) return 'senders';
  return undefined;
}
