/**
 * Arithmetic on cdk8s quantities: bytes of a `Size`, and sizes rounded so that Kubernetes and people can read them.
 */
import { Size, SizeRoundingBehavior } from 'cdk8s';

const KIBI = 1024;

export function bytesOf(size: Size): number {
  return size.toKibibytes({ rounding: SizeRoundingBehavior.NONE }) * KIBI;
}

/** The smallest whole number of mebibytes that holds so many bytes. */
export function mebibytesFor(bytes: number): Size {
  return Size.mebibytes(Math.ceil(bytes / KIBI ** 2));
}

/** The smallest whole number of gibibytes that holds so many bytes. */
export function gibibytesFor(bytes: number): Size {
  return Size.gibibytes(Math.ceil(bytes / KIBI ** 3));
}

/** As Kubernetes writes it: `64Gi`, `1536Mi`, `100Ki`. */
export function quantity(size: Size): string {
  const bytes = bytesOf(size);
  for (const [unit, power] of [
    ['Gi', 3],
    ['Mi', 2],
  ] as const) {
    if (bytes >= KIBI ** power && bytes % KIBI ** power === 0) return `${bytes / KIBI ** power}${unit}`;
  }
  return `${Math.ceil(bytes / KIBI)}Ki`;
}

/** For messages: `12.5 GiB`, `3 MiB`. */
export function humanBytes(bytes: number): string {
  for (const [unit, power] of [
    ['TiB', 4],
    ['GiB', 3],
    ['MiB', 2],
    ['KiB', 1],
  ] as const) {
    if (bytes >= KIBI ** power) return `${round(bytes / KIBI ** power)} ${unit}`;
  }
  return `${round(bytes)} B`;
}

/** For messages: `2 h 5 min`, `90 s`; fractions of a second are dropped. */
export function humanSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'without limit';
  const whole = Math.floor(seconds);
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return `${Math.floor(whole / 60)} min`;
  if (whole < 172_800) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
