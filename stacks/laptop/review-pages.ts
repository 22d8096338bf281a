/**
 * The review pages of the environments, each made when somebody first asks for it: by the command, in a process of its
 * own, so that the start waits for none of them and the console goes on answering.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface ReviewPagesOptions {
  /** Where the pages are written. */
  readonly folder: string;
  /** The command that writes one, without the environment. */
  readonly command: readonly [program: string, ...args: string[]];
}

/** `hyperion review`, as this process was started: what runs the laptop is compiled. */
export function reviewCommand(root: string): ReviewPagesOptions['command'] {
  return [process.execPath, join(root, 'build', 'stacks', 'cli', 'main.js'), 'review'];
}

export class ReviewPages {
  private readonly stopping = new AbortController();
  private readonly pages = new Map<string, Promise<string>>();
  /** One after the other: all at once would take the machine from the services. */
  private last: Promise<unknown> = Promise.resolve();

  public constructor(private readonly options: ReviewPagesOptions) {}

  /**
   * Path of the environment's page, which stays as it is while the console runs: so does what it shows.
   * @throws Error with what the command said; the next one who asks has it tried again
   */
  public pageOf(environment: string): Promise<string> {
    const known = this.pages.get(environment);
    if (known !== undefined) return known;
    const page = this.last.then(() => this.make(environment));
    this.last = page.catch(() => this.pages.delete(environment));
    this.pages.set(environment, page);
    return page;
  }

  /** Ends what is under way. */
  public async stop(): Promise<void> {
    this.stopping.abort();
    await this.last;
  }

  private async make(environment: string): Promise<string> {
    const { folder, command } = this.options;
    const [program, ...args] = command;
    await promisify(execFile)(program, [...args, environment, '--out', folder], {
      signal: this.stopping.signal,
    }).catch((error: unknown) => {
      // 1: it was written, and shows what was found.
      if ((error as { readonly code?: unknown }).code !== 1) throw asError(error);
    });
    return join(folder, environment, 'review.html');
  }
}

function asError(error: unknown): Error {
  const { stderr, message } = error as Error & { readonly stderr?: string };
  return new Error(stderr === undefined || stderr.trim() === '' ? message : stderr.trim());
}
