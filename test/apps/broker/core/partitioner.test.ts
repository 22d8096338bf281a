import { murmur2, partitionOfKey } from '../../../../apps/broker/core/partitioner';

// From UtilsTest.java of Apache Kafka.
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('murmur2 of %s is what Kafka says', (key, expected) => {
  expect(murmur2(Buffer.from(key))).toBe(expected);
});

test('keys spread over partitions, and each stays where it is', () => {
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 4000; i += 1) {
    const partition = partitionOfKey(`GPU-${i}`, 4);
    expect(partitionOfKey(`GPU-${i}`, 4)).toBe(partition);
    counts[partition] = (counts[partition] ?? 0) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
