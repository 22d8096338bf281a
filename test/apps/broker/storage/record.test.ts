import fc from 'fast-check';

import type { Message } from '../../../../apps/broker/core/message';
import { crc32c } from '../../../../apps/broker/storage/crc32c';
import {
  decodeRecord,
  encodeMessages,
  encodeSettled,
  encodeStart,
} from '../../../../apps/broker/storage/record';

// RFC 3720, appendix B.4, and the check value of the CRC catalogue.
test.each([
  ['123456789', Buffer.from('123456789'), 0xe3069283],
  ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 × FF', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['0 to 31', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
])('CRC-32C of %s', (_name, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
  expect(crc32c(bytes, 5, bytes.length, crc32c(bytes, 0, 5))).toBe(expected);
});

const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((each) => !/\p{Surrogate}/u.test(each));

const messages = fc.array(
  fc.record<Message>({
    offset: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    publishedAtMs: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    attempts: fc.nat({ max: 65_535 }),
    key: fc.option(text, { nil: undefined }),
    headers: fc.option(fc.dictionary(text, text, { minKeys: 1, maxKeys: 3 }), { nil: undefined }),
    body: text,
  }),
  { minLength: 1, maxLength: 5 },
);

test('what is written is read again', () => {
  fc.assert(
    fc.property(messages, (written) => {
      const bytes = encodeMessages(written);
      const read: Message[] = [];
      for (let at = 0; at < bytes.length;) {
        const decoded = decodeRecord(bytes, at);
        if (decoded.kind !== 'record' || decoded.record.type !== 'message') throw new Error(decoded.kind);
        read.push(decoded.record.message);
        at += decoded.length;
      }
      expect(JSON.stringify(read)).toBe(JSON.stringify(written));
    }),
  );
});

test('no message holds the byte with which a record starts', () => {
  fc.assert(
    fc.property(text, (body) => {
      expect(Buffer.from(body).includes(0xff)).toBe(false);
    }),
  );
});

test('starts and notes', () => {
  expect(decodeRecord(encodeStart(7), 0)).toEqual({
    kind: 'record',
    length: 20,
    record: { type: 'start', nextOffset: 7 },
  });
  const intervals = [
    { first: 1, last: 4 },
    { first: 9, last: 9 },
  ];
  expect(decodeRecord(encodeSettled(intervals), 0)).toMatchObject({ record: { type: 'settled', intervals } });
});
