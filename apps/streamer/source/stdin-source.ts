/**
 * Standard input. It cannot be read twice: what was read and is not in the queue when the process is killed is lost, and a
 * stop leaves what was not read to nobody. Until then it waits like a file.
 */
import type { Readable } from 'node:stream';

import { CsvParser } from '../csv/csv-parser';
import { errorText } from '../error-text';
import { csvOptions, openPipeline, type SourceContext } from './source-context';
import { newStatus, type SourceStatus } from './source-status';

export class StdinSource {
  private readonly status = newStatus('-', 'stdin');

  public constructor(
    private readonly input: Readable,
    private readonly context: SourceContext,
  ) {}

  public get sources(): readonly SourceStatus[] {
    return [this.status];
  }

  public notReadyBecause(): string[] {
    const { state, reason } = this.status;
    return state === 'blocked' || state === 'failed' ? [`standard input: ${reason ?? ''}`] : [];
  }

  /** Resolves at the end of the input, or when the service stops. */
  public async run(): Promise<void> {
    const { status, context } = this;
    const end = (): void => void this.input.destroy();
    context.stopping.addEventListener('abort', end);
    try {
      await this.read();
      status.state = context.stopping.aborted ? 'stopped' : 'finished';
    } catch (error) {
      status.state = 'failed';
      status.reason = errorText(error);
      context.metrics.errors.inc({ type: 'read' });
      context.log.error({ err: error }, 'standard input cannot be read');
      end();
    } finally {
      context.stopping.removeEventListener('abort', end);
    }
  }

  private async read(): Promise<void> {
    const { status, context, input } = this;
    const { pipeline, feed } = openPipeline(context, status, () => undefined);
    const parser = new CsvParser(csvOptions(context.settings));
    status.state = 'reading';
    try {
      for await (const chunk of input as AsyncIterable<Buffer>) {
        if (!(await feed.take(parser.push(chunk)))) return;
      }
      await feed.take(parser.end());
    } catch (error) {
      // It is destroyed when the service stops, which ends the loop above with an error.
      if (!context.stopping.aborted) throw error;
    } finally {
      await pipeline.drain();
    }
  }
}
