/** Configurations for plain nginx, tried by nginx: it resolves their names and opens their ports. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { tool } from '../../tools/obtain';
import { runInSandbox } from './sandbox';
import type { Validator } from './validator';

const CONFIG = '/etc/loki-proxy/nginx.conf';
const CLUSTER_NAME = /[a-z0-9.-]+\.svc\.cluster\.local/g;

export const NGINX_VALIDATORS: readonly Validator[] = [
  {
    files: 'loki-canary/nginx.conf',
    reads: 'nginx',
    judgedBy: 'nginx -t',
    substitute: 'older version 1.22.1 for 1.30.4',
    tools: ['nginx', 'sandbox'],
    judge: async (path) => {
      const text = readFileSync(path, 'utf8');
      return runInSandbox({
        // The arguments of the container, and `-t`.
        command: ['/nginx/bin/nginx', '-t', '-e', '/dev/stderr', '-c', CONFIG],
        files: { [CONFIG]: text },
        readOnly: { '/nginx': dirname(dirname(await tool('nginx'))) },
        hosts: text.match(CLUSTER_NAME) ?? [],
      });
    },
    mistakes: [
      {
        what: 'a variable that nobody sets',
        spoil: (text) =>
          text.replace('proxy_set_header Upgrade $http_upgrade', 'proxy_set_header Upgrade $upgrade'),
        says: /unknown "upgrade" variable/,
      },
    ],
  },
];
