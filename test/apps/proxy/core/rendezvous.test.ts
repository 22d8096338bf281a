/** Where keys go: evenly, always to the same place, and only those move that have to. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import fc from 'fast-check';

import { mix, murmur3 } from '../../../../apps/proxy/core/murmur3';
import { brokerOfKey, preferenceOf } from '../../../../apps/proxy/core/rendezvous';

const KEYS = Array.from({ length: 20_000 }, (_, i) => `GPU-${i.toString(16).padStart(8, '0')}-4f2a`);
const ordinalSets = fc.uniqueArray(fc.integer({ min: 0, max: 15 }), { minLength: 1, maxLength: 16 });

function ownersOf(ordinals: readonly number[]): (number | undefined)[] {
  return KEYS.map((key) => brokerOfKey(key, ordinals));
}

// Of Appleby's function, seen as bytes of UTF-16LE: smhasher's verification and the vectors that its ports are tested with.
test.each([
  ['', 0, 0],
  ['', 1, 0x514e28b7],
  ['', 0xffffffff, 0x81f16f39],
  ['\uffff\uffff', 0, 0x76293b50],
  ['\u4321\u8765', 0, 0xf55b516b],
  ['\u4321\u8765', 0x5082edee, 0x2362f9de],
  ['\u4321', 0, 0xa0f7b07a],
  ['\u0000\u0000', 0, 0x2362f9de],
  ['\u0000', 0, 0x30f4c306],
])('MurmurHash3 of %j with seed %d', (text, seed, hash) => {
  expect(murmur3(text, seed)).toBe(hash);
});

test('the last step gives each number one number', () => {
  const hashes = new Set(Array.from({ length: 100_000 }, (_, i) => mix(i)));
  expect(hashes.size).toBe(100_000);
});

test('a broker that is added takes 1/n of the keys, give or take 5 %, and no other key moves', () => {
  fc.assert(
    fc.property(
      ordinalSets.filter(({ length }) => length < 16),
      fc.nat(),
      (ordinals, pick) => {
        const free = Array.from({ length: 16 }, (_, i) => i).filter((each) => !ordinals.includes(each));
        const added = free[pick % free.length] ?? 0;
        const before = ownersOf(ordinals);
        const after = ownersOf([...ordinals, added]);
        const moved = after.filter((owner, i) => owner !== before[i]);
        expect(moved.every((owner) => owner === added)).toBe(true);
        expect(moved.length / KEYS.length).toBeLessThanOrEqual(1 / (ordinals.length + 1) + 0.05);
      },
    ),
    { numRuns: 10 },
  );
});

test('of a broker that is removed only its own keys move, and they spread over all others', () => {
  fc.assert(
    fc.property(
      ordinalSets.filter(({ length }) => length > 1),
      fc.nat(),
      (ordinals, pick) => {
        const removed = ordinals[pick % ordinals.length];
        const rest = ordinals.filter((each) => each !== removed);
        const before = ownersOf(ordinals);
        const after = ownersOf(rest);
        const moved = after.filter((_, i) => before[i] === removed);
        expect(after.every((owner, i) => owner === before[i] || before[i] === removed)).toBe(true);
        expect(moved.length / KEYS.length).toBeLessThanOrEqual(1 / ordinals.length + 0.05);
        for (const ordinal of rest) {
          const share = moved.filter((owner) => owner === ordinal).length / moved.length;
          expect(Math.abs(share * rest.length - 1)).toBeLessThan(0.5);
        }
      },
    ),
    { numRuns: 10 },
  );
});

test('the spread is even: no broker is 15 % off its share of 20,000 keys', () => {
  fc.assert(
    fc.property(ordinalSets, (ordinals) => {
      const counts = new Map<number | undefined, number>();
      for (const owner of ownersOf(ordinals)) counts.set(owner, (counts.get(owner) ?? 0) + 1);
      for (const ordinal of ordinals) {
        const share = ((counts.get(ordinal) ?? 0) * ordinals.length) / KEYS.length;
        expect(Math.abs(share - 1)).toBeLessThan(0.15);
      }
    }),
    { numRuns: 10 },
  );
});

test('the first of the preferences is the owner, the second is who owns it without the first', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 256 }), ordinalSets, (key, ordinals) => {
      const preference = preferenceOf(key, ordinals);
      expect([...preference].sort()).toEqual([...ordinals].sort());
      expect(brokerOfKey(key, ordinals)).toBe(preference[0]);
      const [first, second] = preference;
      expect(
        brokerOfKey(
          key,
          ordinals.filter((each) => each !== first),
        ),
      ).toBe(second);
      expect(brokerOfKey(key, [...ordinals].reverse())).toBe(first);
    }),
  );
});

test('another process puts keys in the same places', () => {
  const script =
    "const { brokerOfKey } = require('./apps/proxy/core/rendezvous');" +
    "process.stdout.write(JSON.stringify(Array.from({ length: 200 }, (_, i) => brokerOfKey('ключ-' + i, [0, 3, 7, 12]))))";
  const output = execFileSync(process.execPath, ['-r', 'ts-node/register', '-e', script], {
    cwd: join(__dirname, '../../../..'),
    encoding: 'utf8',
  });
  const here = Array.from({ length: 200 }, (_, i) => brokerOfKey(`ключ-${i}`, [0, 3, 7, 12]));
  expect(JSON.parse(output)).toEqual(here);
  expect(here.slice(0, 12)).toMatchInlineSnapshot(`
   [
     0,
     7,
     3,
     3,
     0,
     12,
     12,
     0,
     3,
     3,
     12,
     0,
   ]
  `);
});
