import { compareCounts } from '../../../stacks/laptop/counts';
import { parseMetrics, sumOf } from '../../../stacks/laptop/prometheus-text';
import { serviceReading } from '../../../stacks/laptop/service-reading';

const TEXT = `# HELP broker_messages_total Messages.
# TYPE broker_messages_total counter
broker_messages_total{topic="telemetry",partition="0",event="published"} 7
broker_messages_total{topic="telemetry",partition="1",event="published"} 5
broker_messages_total{topic="other",partition="0",event="published"} 100
broker_messages_total{topic="telemetry",partition="0",event="acknowledged"} 4
process_cpu_seconds_total 1.5
process_resident_memory_bytes 1048576
nodejs_eventloop_lag_p99_seconds 0.011
http_request_duration_seconds_bucket{le="+Inf",method="GET",route="/metrics",status="200"} 9
http_request_duration_seconds_count{method="GET",route="/metrics",status="200"} 9
http_request_duration_seconds_count{method="POST",route="/topics/:topic/messages",status="202"} 3
odd{text="a \\"b\\" \\\\ c\\nd"} +Inf
no number here
`;

test('metrics: names, labels with escapes, values', () => {
  const samples = parseMetrics(TEXT);
  expect(samples).toHaveLength(11);
  expect(samples.at(-1)).toEqual({ name: 'odd', labels: { text: 'a "b" \\ c\nd' }, value: Infinity });
  expect(sumOf(samples, 'broker_messages_total', { topic: 'telemetry', event: 'published' })).toBe(12);
  expect(sumOf(samples, 'unknown')).toBe(0);
});

test('a look at a service: its topic only, and no requests of those who look', () => {
  const reading = serviceReading(1, ['why'], false, TEXT);
  expect(reading).toMatchObject({
    atMs: 1,
    isReady: false,
    reasons: ['why'],
    memoryBytes: 1_048_576,
    loopP99Ms: 11,
  });
  expect(reading.counters).toEqual({
    cpuSeconds: 1.5,
    requests: 3,
    read: 0,
    published: 0,
    rejected: 0,
    delivered: 0,
    acknowledged: 4,
    spilled: 0,
    queries: 0,
  });
});

const GOOD = { read: 10, rejected: 1, published: 9, acknowledged: 8, deadLetters: 1, stored: 8 };

test('counts agree when every row is accounted for', () => {
  const { agree, lines } = compareCounts(GOOD);
  expect(agree).toBe(true);
  expect(lines.map(({ count }) => count)).toEqual([10, 1, 9, 8, 1, 8]);
});

test.each([
  [{ published: 8 }, 'messages published', 'differs: 9 expected'],
  [{ acknowledged: 9 }, 'messages acknowledged', 'differs: 8 expected'],
  [{ stored: 7 }, 'readings stored', 'differs: 8 expected'],
  [{ read: 0 }, 'rows read', 'differs: 1 expected'],
])('counts differ: %j', (change, what, verdict) => {
  const { agree, lines } = compareCounts({ ...GOOD, ...change });
  expect(agree).toBe(false);
  expect(lines).toContainEqual(expect.objectContaining({ what, verdict }));
});
