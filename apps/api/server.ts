/** The process of the API: `node server.js`, with the variables of `config.ts`. */
import { runService } from '../shared/run-service';
import { openReader } from '../shared/store/open-store';
import { createApiApp } from './app';
import { readApiSettings } from './config';

void runService({
  name: 'api',
  readSettings: readApiSettings,
  createApp: async (settings) =>
    createApiApp(settings, { reader: await openReader(settings), processMetrics: true }),
});
