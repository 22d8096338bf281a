/** The process of the broker: `node server.js`, with the variables of `config.ts`. */
import { runService } from '../shared/run-service';
import { createBrokerApp } from './app';
import { readBrokerSettings } from './config';

void runService({
  name: 'broker',
  readSettings: readBrokerSettings,
  createApp: (settings) => createBrokerApp(settings, { processMetrics: true }),
});
