/** What the process that starts a loopback cluster hands in, because it is obtained outside of `stacks`. */
import type { Programs } from './programs';

export interface LocalSupport {
  readonly programs: Programs;
  /**
   * Builds what the images' programs need and is not there yet: minutes, at the first time.
   * @param step is told what is being built
   */
  prepare(images: readonly string[], step: (what: string) => void): Promise<void>;
  /** Absolute paths of the programs that make the sandboxes. */
  sandbox(): Promise<{ readonly bwrap: string; readonly nft: string }>;
}
