/** `telemetry-local`, running: the services, the console, and their end. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { writeSample, type SampleOptions } from '../../apps/streamer/sample/sample';
import { createConsole } from './console/app';
import { laptopDefinitions } from './definitions';
import { sendFirstHistory } from './first-history';
import { FlowSampler } from './flow-sampler';
import { Laptop } from './laptop';
import { LaptopError } from './laptop-error';
import { reviewCommand, ReviewPages } from './review-pages';
import { ServiceClient } from './service-client';
import { serviceProgram } from './service-program';
import { writeServicesFile } from './services-file';
import { StateFolder } from './state-folder';

export interface TelemetryLocalOptions {
  /** The checkout. */
  readonly root: string;
  readonly stateFolder: string;
  /** Begin with an empty state folder. */
  readonly reset: boolean;
  /** Of the console; 0 for any. */
  readonly port: number;
  /** Where the synthesis has written. */
  readonly outputFolder: string;
  readonly progress: (text: string) => void;
  readonly report: (text: string) => void;
  /** Ends a start that is under way. */
  readonly signal: AbortSignal;
  /** @default the sample's own */
  readonly sample?: SampleOptions;
}

export interface TelemetryLocal {
  /** Of the console. */
  readonly url: string;
  readonly state: StateFolder;
  readonly laptop: Laptop;
  /** In order; nothing that was accepted is lost. */
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';

/** @throws LaptopError when the port is taken, the folder is in use, or a service does not start; nothing is left running */
export async function startTelemetryLocal(options: TelemetryLocalOptions): Promise<TelemetryLocal> {
  const { root, progress, report, signal } = options;
  await assertFree(options.port);
  const state = await StateFolder.open(options.stateFolder, { empty: options.reset });
  const isFirst = !existsSync(state.sampleFile);
  if (isFirst) await makeSample(state, options);
  const definitions = await laptopDefinitions({ state, mode: 'live' });
  const laptop = new Laptop({
    definitions,
    programOf: (name) => serviceProgram(root, name),
    logFileOf: (name) => state.logFile(name),
    report,
    progress,
  });
  const client = new ServiceClient(definitions, state.serviceToken);
  const sampler = new FlowSampler(laptop.services, client);
  const reviews = new ReviewPages({ folder: state.folder('review'), command: reviewCommand(root) });
  const console = await createConsole({
    root,
    outputFolder: options.outputFolder,
    reviews,
    adminKeyFile: state.adminKeyFile,
    definitions,
    services: laptop.services,
    client,
    sampler,
  });
  const stopping = new AbortController();
  let history: Promise<void> = Promise.resolve();
  let servicesFile: string | undefined;
  const stop = async (): Promise<void> => {
    stopping.abort();
    sampler.stop();
    await Promise.all([console.close(), reviews.stop()]);
    await history;
    // Before the services: one that stops waits for connections on which nothing was asked yet.
    await client.close();
    await laptop.stop();
    // The addresses were of this run.
    if (servicesFile !== undefined) rmSync(servicesFile, { force: true });
    await state.release();
  };
  try {
    // Before the services: a page that is open already shows how they start.
    const url = await console.listen({ host: HOST, port: options.port });
    sampler.start();
    await laptop.start(signal);
    servicesFile = writeServicesFile(state, definitions);
    if (isFirst && !signal.aborted) {
      history = sendFirstHistory(client, stopping.signal, options.sample).then(
        () => undefined,
        (error: unknown) => {
          if (!stopping.signal.aborted) report(`the charts begin without a past: ${String(error)}`);
        },
      );
    }
    return { url, state, laptop, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Under another name at first: half a sample must not be taken for one. */
export async function makeSample(
  state: StateFolder,
  { progress, sample }: Pick<TelemetryLocalOptions, 'progress' | 'sample'>,
): Promise<void> {
  progress('generating the telemetry of 32 GPUs');
  const unfinished = join(state.path, 'sample.new');
  await writeSample(unfinished, sample);
  renameSync(unfinished, state.sampleFile);
}

/** Before anything is made or thrown away. */
async function assertFree(port: number): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, HOST, resolve);
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${String(code)})`;
    throw new LaptopError(
      [
        `console: ${HOST}:${port} ${why}`,
        '  rule:   the console needs a port of its own',
        `  remedy: stop the other program, or choose another port: npm start -- --port ${port === 8080 ? 8081 : 8080}`,
      ].join('\n'),
      2,
    );
  }
  await new Promise((resolve) => server.close(resolve));
}
