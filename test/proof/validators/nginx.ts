/** Configurations for plain nginx, tried by nginx: it resolves their names and opens their ports. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { tool } from '../../tools/obtain';
import { runInSandbox } from './sandbox';
import type { Validator, Verdict } from './validator';

/** The paths in the containers. */
const PROXY_CONFIG = '/etc/loki-proxy/nginx.conf';
const GATEWAY_CONFIG = '/etc/loki-gateway/nginx.conf';
const SUBSTITUTE = 'older version 1.22.1 for 1.30.4';
const CLUSTER_NAME = /[a-z0-9.-]+\.svc\.cluster\.local/g;

export const NGINX_VALIDATORS: readonly Validator[] = [
  {
    files: 'loki-canary/nginx.conf',
    reads: 'nginx',
    judgedBy: 'nginx -t',
    substitute: SUBSTITUTE,
    tools: ['nginx', 'sandbox'],
    judge: (path) => nginxTest(path, PROXY_CONFIG),
    mistakes: [
      {
        what: 'a variable that nobody sets',
        spoil: (text) =>
          text.replace('proxy_set_header Upgrade $http_upgrade', 'proxy_set_header Upgrade $upgrade'),
        says: /unknown "upgrade" variable/,
      },
    ],
  },
  {
    files: 'loki-gateway/nginx.conf',
    reads: 'nginx',
    judgedBy: 'nginx -t',
    substitute: SUBSTITUTE,
    tools: ['nginx', 'sandbox'],
    judge: (path) => nginxTest(path, GATEWAY_CONFIG),
    mistakes: [
      {
        what: 'a rate limit that nobody declares',
        spoil: (text) => text.replace('limit_req zone=pushes', 'limit_req zone=writes'),
        says: /zero size shared memory zone "writes"/,
      },
      {
        what: 'a size in words that nginx does not know',
        spoil: (text) => text.replace('client_max_body_size 8m', 'client_max_body_size 8Mi'),
        says: /"client_max_body_size" directive invalid value/,
      },
      {
        what: 'a DNS server that is not there',
        spoil: (text) => text.replace('resolver kube-dns', 'resolver kube-names.example'),
        says: /host not found in resolver/,
      },
    ],
  },
];

/** The arguments of the container, and `-t`. */
async function nginxTest(path: string, config: string): Promise<Verdict> {
  const text = readFileSync(path, 'utf8');
  return runInSandbox({
    command: ['/nginx/bin/nginx', '-t', '-e', '/dev/stderr', '-c', config],
    files: { [config]: text },
    readOnly: { '/nginx': dirname(dirname(await tool('nginx'))) },
    lowPorts: true,
    hosts: (text.match(CLUSTER_NAME) ?? []).filter((name) => !name.includes('.example.')),
  });
}
