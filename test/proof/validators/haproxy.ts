/** HAProxy's configuration, read whole by HAProxy: with a certificate where it looks for one, and no backend to be found. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CATALOG } from '../../../constructs/core/catalog';
import { HAPROXY_DIRS } from '../../../constructs/ingress/haproxy-config';
import { haproxy } from '../../tools/haproxy';
import { tool } from '../../tools/obtain';
import { issue, makeAuthority } from '../kafka/certificates';
import { runInSandbox } from './sandbox';
import type { Validator } from './validator';

const CONFIG = `${HAPROXY_DIRS.config}/haproxy.cfg`;

export const HAPROXY_VALIDATORS: readonly Validator[] = [
  {
    files: 'haproxy/haproxy.cfg',
    reads: 'haproxy',
    judgedBy: 'haproxy -c',
    substitute: `older version ${haproxy.version} for ${CATALOG.haproxy.version}`,
    tools: ['haproxy', 'sandbox'],
    judge: async (path) => {
      const text = readFileSync(path, 'utf8');
      return runInSandbox({
        command: ['/haproxy/bin/haproxy', '-c', '-f', CONFIG],
        files: { [CONFIG]: text, '/etc/resolv.conf': 'nameserver 127.0.0.1\n', ...certificates(text) },
        readOnly: { '/haproxy': dirname(dirname(await tool('haproxy'))) },
      });
    },
    mistakes: [
      {
        what: 'a backend that is not there',
        spoil: (text) => text.replace(/^( *use_backend \S+)/m, '$1-x'),
        says: /unable to find required use_backend/,
      },
      {
        what: 'a counter that the table does not keep',
        spoil: (text) => text.replace('sc_http_req_rate(0)', 'sc_http_request_rate(0)'),
        says: /unknown fetch method 'sc_http_request_rate'/,
      },
    ],
  },
];

/** A key with its certificate wherever the file names one, an authority where it names one. */
function certificates(text: string): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-haproxy-'));
  try {
    makeAuthority(folder);
    const bundle = issue(folder, 'haproxy');
    const authority = readFileSync(join(folder, 'ca.crt'), 'utf8');
    return Object.fromEntries(
      [...text.matchAll(/ (crt|ca-file) (\S+)/g)].map(([, kind, path]) => [
        path ?? '',
        kind === 'crt' ? bundle : authority,
      ]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
