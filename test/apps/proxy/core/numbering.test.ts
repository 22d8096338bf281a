import fc from 'fast-check';

import {
  brokerPartition,
  brokerReceipt,
  proxyPartition,
  proxyReceipt,
} from '../../../../apps/proxy/core/numbering';
import { splitBatch, type BatchMessage } from '../../../../apps/proxy/core/split-batch';

const ordinals = fc.integer({ min: 0, max: 15 });

test('partitions of 16 brokers with 64 each are told apart, within the interface’s 1024', () => {
  fc.assert(
    fc.property(ordinals, fc.integer({ min: 0, max: 63 }), (ordinal, partition) => {
      const number = proxyPartition(ordinal, partition);
      expect(number).toBeLessThanOrEqual(1023);
      expect(brokerPartition(number)).toEqual({ ordinal, partition });
    }),
  );
});

test('a receipt comes back as it was, whatever a broker writes in it', () => {
  fc.assert(
    fc.property(ordinals, fc.string(), (ordinal, receipt) => {
      expect(brokerReceipt(proxyReceipt(ordinal, receipt))).toEqual({ ordinal, receipt });
    }),
  );
});

test.each(['', '.', '16.a', '99.a', '00.a', '-1.a', '1', 'a.1', ' 1.a', '1e0.a', '100.a'])(
  '%j is no receipt of a proxy',
  (text) => {
    expect(brokerReceipt(text)).toBeUndefined();
  },
);

test('a split batch has every message once, in order, at the broker that was chosen', () => {
  const message = fc.record(
    { key: fc.string(), partition: fc.integer({ min: 0, max: 1023 }), body: fc.string() },
    { requiredKeys: ['body'] },
  );
  fc.assert(
    fc.property(fc.array(message, { minLength: 1 }), (messages) => {
      const choose = (key: string | undefined): number => (key === undefined ? 5 : key.length % 4);
      const home = (each: BatchMessage): number =>
        each.partition === undefined ? choose(each.key) : Math.floor(each.partition / 64);
      const parts = splitBatch(messages, choose);
      for (const [ordinal, part] of parts) {
        const expected = messages.filter((each) => home(each) === ordinal);
        expect(part.map(({ key, body }) => [key, body])).toEqual(
          expected.map(({ key, body }) => [key, body]),
        );
        expect(part.map(({ partition }) => partition)).toEqual(
          expected.map(({ partition }) => (partition === undefined ? undefined : partition % 64)),
        );
      }
      expect([...parts.values()].flat()).toHaveLength(messages.length);
    }),
  );
});
