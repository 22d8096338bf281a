/**
 * One line on standard error that says what is being done, for a person who watches; gone when it is done.
 */
import type { Context } from './context';

const CLEAR_LINE = '\r\u001b[K';

export class Progress {
  private shown = false;

  public constructor(private readonly context: Pick<Context, 'err' | 'isTerminal'>) {}

  public step(text: string): void {
    if (!this.context.isTerminal) return;
    this.context.err(`${CLEAR_LINE}${text} …`);
    this.shown = true;
  }

  public done(): void {
    if (this.shown) this.context.err(CLEAR_LINE);
    this.shown = false;
  }
}
