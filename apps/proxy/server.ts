/** The process of the proxy: `node server.js`, with the variables of `config.ts`. */
import { runService } from '../shared/run-service';
import { createProxyApp } from './app';
import { readProxySettings } from './config';

void runService({
  name: 'proxy',
  readSettings: readProxySettings,
  createApp: (settings) => createProxyApp(settings, { processMetrics: true }),
});
