/** Brokers from PROXY_BROKERS: the place in the list is the ordinal. */
import type { Member } from '../brokers/brokers';

export function membersOfList(list: string): Member[] {
  return list
    .split(',')
    .map((url, ordinal) => ({ ordinal, url: url.replace(/\/$/, '') }))
    .filter(({ url }) => url !== '-');
}
