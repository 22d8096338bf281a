/**
 * The name of one delivery: which process, which message, which attempt. A process has an epoch of its own, so that a
 * receipt from before a restart is never good after it.
 */
export interface Receipt {
  readonly partition: number;
  readonly offset: number;
  readonly attempt: number;
}

export function formatReceipt(epoch: string, partition: number, offset: number, attempt: number): string {
  return `${partition}-${offset}-${attempt}-${epoch}`;
}

/** Undefined for what is no receipt of this process. */
export function parseReceipt(epoch: string, text: string): Receipt | undefined {
  const afterPartition = text.indexOf('-');
  const afterOffset = text.indexOf('-', afterPartition + 1);
  const afterAttempt = text.indexOf('-', afterOffset + 1);
  if (afterPartition <= 0 || afterOffset < 0 || afterAttempt < 0 || text.slice(afterAttempt + 1) !== epoch) {
    return undefined;
  }
  return {
    // What is no number is NaN, and no message has that.
    partition: Number(text.slice(0, afterPartition)),
    offset: Number(text.slice(afterPartition + 1, afterOffset)),
    attempt: Number(text.slice(afterOffset + 1, afterAttempt)),
  };
}
