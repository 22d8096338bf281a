/** Time as the flows see it; tests hand in another one. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Clock {
  nowMs(): number;
  sleep(ms: number): Promise<void>;
}

export const CLOCK: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms) => sleep(ms),
};
