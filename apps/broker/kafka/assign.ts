/**
 * Who reads what: each topic's partitions go round among those members that want the topic. It depends on nothing but the
 * members and the topics, so that a further topic moves no partition of another.
 */
import { partitionOfKey } from '../core/partitioner';

export function assignPartitions(
  members: ReadonlyMap<string, readonly string[]>,
  partitionCounts: ReadonlyMap<string, number>,
): Map<string, Map<string, number[]>> {
  const assigned = new Map([...members.keys()].map((member) => [member, new Map<string, number[]>()]));
  for (const [topic, count] of partitionCounts) {
    const readers = [...members].filter(([, topics]) => topics.includes(topic)).map(([member]) => member);
    readers.sort();
    if (readers.length === 0) continue;
    // Topics with few partitions must not all begin with the same member.
    const start = partitionOfKey(topic, readers.length);
    for (let partition = 0; partition < count; partition += 1) {
      const topics = assigned.get(readers[(start + partition) % readers.length] ?? '');
      const partitions = topics?.get(topic);
      if (partitions === undefined) topics?.set(topic, [partition]);
      else partitions.push(partition);
    }
  }
  return assigned;
}
