/**
 * How the partitions and receipts of several brokers are told apart: by the broker's ordinal.
 */
import { MAX_BROKERS } from './rendezvous';

/** As many as a topic of a broker may have (its PARTITIONS_PER_TOPIC). */
export const PARTITIONS_PER_BROKER = 64;

export function proxyPartition(ordinal: number, partition: number): number {
  return ordinal * PARTITIONS_PER_BROKER + partition;
}

export function brokerPartition(partition: number): { readonly ordinal: number; readonly partition: number } {
  return {
    ordinal: Math.floor(partition / PARTITIONS_PER_BROKER),
    partition: partition % PARTITIONS_PER_BROKER,
  };
}

export function proxyReceipt(ordinal: number, receipt: string): string {
  return `${ordinal}.${receipt}`;
}

/** Undefined for what is no receipt of a proxy. */
export function brokerReceipt(
  text: string,
): { readonly ordinal: number; readonly receipt: string } | undefined {
  const dot = text.indexOf('.');
  const digits = text.slice(0, dot);
  if (dot < 1 || !/^(0|[1-9][0-9]?)$/.test(digits) || Number(digits) >= MAX_BROKERS) return undefined;
  return { ordinal: Number(digits), receipt: text.slice(dot + 1) };
}
