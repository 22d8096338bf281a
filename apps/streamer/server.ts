/** The process of the streamer: `node server.js [flags]`, with the variables of `config.ts` and the flags of `flags.ts`. */
import { runService } from '../shared/run-service';
import { createStreamerApp } from './app';
import { readStreamerSettings } from './config';
import { flagsAsEnvironment } from './flags';

void runService({
  name: 'streamer',
  readSettings: (environment) =>
    readStreamerSettings({ ...environment, ...flagsAsEnvironment(process.argv.slice(2)) }),
  createApp: (settings) => createStreamerApp(settings, { processMetrics: true, stdin: process.stdin }),
});
