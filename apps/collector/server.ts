/** The process of the collector: `node server.js`, with the variables of `config.ts`. */
import { runService } from '../shared/run-service';
import { createCollectorApp } from './app';
import { readCollectorSettings } from './config';

void runService({
  name: 'collector',
  readSettings: readCollectorSettings,
  createApp: (settings) => createCollectorApp(settings, { processMetrics: true }),
});
