/**
 * IPv4 address blocks: pure arithmetic.
 */
export interface Block {
  /** First address, as a number. */
  readonly first: number;
  /** Number of leading bits that all its addresses share, 0 to 32. */
  readonly bits: number;
}

const BLOCK = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/** @returns undefined for anything but a block that begins at its own first address */
export function parseBlock(cidr: string): Block | undefined {
  const parts = BLOCK.exec(cidr)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [a = 256, b = 256, c = 256, d = 256, bits = 33] = parts;
  if (Math.max(a, b, c, d) > 255 || bits > 32) return undefined;
  const first = ((a * 256 + b) * 256 + c) * 256 + d;
  return first % sizeOf({ first, bits }) === 0 ? { first, bits } : undefined;
}

export function formatBlock({ first, bits }: Block): string {
  return `${formatAddress(first)}/${bits}`;
}

/** Number of addresses. */
export function sizeOf({ bits }: Block): number {
  return 2 ** (32 - bits);
}

export function contains(outer: Block, inner: Block): boolean {
  return inner.first >= outer.first && inner.first + sizeOf(inner) <= outer.first + sizeOf(outer);
}

export function overlap(a: Block, b: Block): boolean {
  return a.first < b.first + sizeOf(b) && b.first < a.first + sizeOf(a);
}

/** The n-th address of a block, counted from 0. @throws RangeError when the block ends before */
export function addressAt(cidr: string, index: number): string {
  const block = parseBlock(cidr);
  if (block === undefined || index >= sizeOf(block)) {
    throw new RangeError(`${cidr} has no address number ${index}`);
  }
  return formatAddress(block.first + index);
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
