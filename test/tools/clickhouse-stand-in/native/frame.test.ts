/** The checksum and the compression of the native protocol's frames. */
import { createHash } from 'node:crypto';
import { ByteInput } from './byte-input';
import { cityHash128 } from './city-hash';
import { readFrame, writeFrames } from './frame';
import { unpackLz4 } from './lz4';

function unframe(bytes: Buffer): Buffer {
  const input = new ByteInput(bytes.length);
  input.append(bytes);
  const step = readFrame(input).next();
  if (step.done !== true) throw new Error('not a whole frame');
  return step.value;
}

describe('CityHash128', () => {
  /** Computed once with the library that ClickHouse's Go client uses (go-faster/city v1.0.1, CH128). */
  const EXPECTED: Readonly<Record<number, string>> = {
    6: '014a007b2709c304964c105ff30fd0f7',
    12: '0e74c43451a1243912d2ac2ee14a89f1',
    40: '495cc8c61222840b3724219b061bd066',
    500: 'c0706f2364bafcb1ef5db894a063f588',
  };
  const pattern = (length: number) => Buffer.from(Array.from({ length }, (_, i) => (i * 7 + 3) % 256));

  it.each(Object.entries(EXPECTED))('of %s bytes is what the client computes', (length, hash) => {
    expect(cityHash128(pattern(Number(length))).toString('hex')).toBe(hash);
  });

  it('is so for every length below 1000', () => {
    const all = createHash('sha256');
    for (let length = 0; length < 1000; length += 1) all.update(cityHash128(pattern(length)));
    expect(all.digest('hex')).toBe('c1328b365f4febeefe0734b98b63c46d6d8cf4a1239f69191773a487c1760c53');
  });
});

describe('a frame', () => {
  const content = Buffer.from('content '.repeat(1000));

  it('is read as it was written', () => {
    expect(unframe(writeFrames(content)).equals(content)).toBe(true);
  });

  it('larger than the server writes them comes in pieces', () => {
    const large = Buffer.alloc(2_500_000, 'large');
    const frames = writeFrames(large);
    const input = new ByteInput(frames.length);
    input.append(frames);
    const pieces: Buffer[] = [];
    while (input.available > 0) {
      const step = readFrame(input).next();
      if (step.done === true) pieces.push(step.value);
    }
    expect(pieces.map(({ length }) => length)).toEqual([1_048_576, 1_048_576, 402_848]);
    expect(Buffer.concat(pieces).equals(large)).toBe(true);
  });

  it.each([0, 20, 100])('with byte %d changed is refused', (index) => {
    const frame = writeFrames(content);
    frame.writeUInt8(frame.readUInt8(index) ^ 1, index);
    expect(() => unframe(frame)).toThrow(/does not match its checksum|not a whole frame/);
  });

  it('of an unknown compression is refused by its number', () => {
    const frame = writeFrames(content);
    frame.writeUInt8(0x90, 16);
    cityHash128(frame.subarray(16)).copy(frame);
    expect(() => unframe(frame)).toThrow('compression method 0x90: the stand-in reads LZ4 (and none)');
  });

  it('of a size that nobody sends is refused before it is read', () => {
    const header = Buffer.alloc(25);
    header.writeUInt32LE(0xffffffff, 17);
    expect(() => unframe(header)).toThrow('a compressed frame of 4294967295 bytes');
  });
});

describe('an LZ4 block', () => {
  /** Literals `abc`, a match of 9 that reaches into itself (distance 3), literals `!`. */
  const packed = Buffer.from([0x35, 0x61, 0x62, 0x63, 3, 0, 0x10, 0x21]);

  it('is unpacked', () => {
    expect(unpackLz4(packed, 13).toString()).toBe('abcabcabcabc!');
  });

  it('with long lengths is unpacked', () => {
    const literals = Buffer.alloc(300, 'z');
    const long = Buffer.concat([Buffer.from([0xff, 255, 30]), literals, Buffer.from([1, 0, 255, 2, 0x00])]);
    expect(unpackLz4(long, 300 + 19 + 255 + 2).equals(Buffer.alloc(576, 'z'))).toBe(true);
  });

  it.each([
    ['shorter than it says', packed, 14],
    ['longer than it says', packed, 12],
    ['that repeats what was not there', Buffer.from([0x14, 0x61, 9, 0, 0x00]), 9],
    ['that ends within a length', Buffer.from([0xf0, 255]), 600],
  ])('%s is refused', (_what, bytes, size) => {
    expect(() => unpackLz4(bytes, size)).toThrow(
      'a compressed frame holds no LZ4 block of the size that it says',
    );
  });
});
