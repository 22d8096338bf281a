/** The configurations of VictoriaMetrics' agents, each judged by the program itself at the catalogue's version. */
import { readFileSync } from 'node:fs';
import { tool } from '../../tools/obtain';
import { standInsFor } from './run-program';
import { runInSandbox } from './sandbox';
import type { Validator, Verdict } from './validator';
import { vmDryRun } from './vm-dry-run';

const VARIABLE = /%\{([A-Z0-9_]+)\}/g;
const CLUSTER_NAME = /[a-z0-9.-]+\.svc\.cluster\.local/g;

export const VICTORIA_METRICS_VALIDATORS: readonly Validator[] = [
  {
    files: 'vmauth*/auth.yml',
    reads: 'vmauth',
    judgedBy: 'vmauth -dryRun',
    tools: ['victoria-metrics'],
    judge: (path) =>
      vmDryRun('vmauth', [`-auth.config=${path}`], standInsFor(readFileSync(path, 'utf8'), VARIABLE)),
    mistakes: [
      {
        what: 'a limit under another name',
        spoil: (text) => text.replace('max_concurrent_requests', 'max_concurrent_request'),
        says: /field max_concurrent_request not found in type main\.UserInfo/,
      },
    ],
  },
  {
    files: 'vmagent/scrape.yml',
    reads: 'vmagent',
    judgedBy: 'vmagent -dryRun',
    tools: ['victoria-metrics'],
    judge: (path) => vmDryRun('vmagent', [`-promscrape.config=${path}`]),
    mistakes: [
      {
        what: 'a relabelling action that does not exist',
        spoil: (text) => text.replace('action: keep', 'action: kept'),
        says: /unknown `action` "kept"/,
      },
      {
        what: 'a misspelt key',
        spoil: (text) => text.replace('kubernetes_sd_configs', 'kubernetes_sd_config'),
        says: /field kubernetes_sd_config not found/,
      },
    ],
  },
  {
    files: 'vmagent/relabel.yml',
    reads: 'vmagent',
    judgedBy: 'vmagent -dryRun',
    tools: ['victoria-metrics'],
    judge: (path) => judgeOutgoing(`-remoteWrite.relabelConfig=${path}`),
    mistakes: [
      {
        what: 'an action that does not exist',
        spoil: (text) => text.replace(/action: .*/, 'action: forget'),
        says: /unknown `action` "forget"/,
      },
    ],
  },
  {
    files: 'vmagent/aggregation.yml',
    reads: 'vmagent',
    judgedBy: 'vmagent -dryRun',
    tools: ['victoria-metrics'],
    judge: (path) => judgeOutgoing(`-streamAggr.config=${path}`),
    mistakes: [
      {
        what: 'a kind of aggregate that does not exist',
        spoil: (text) => text.replace(/outputs:\n( *)- .*/, 'outputs:\n$1- sum'),
        says: /unsupported output="sum"/,
      },
      {
        what: 'a selector that is not closed',
        spoil: (text) => text.replace(/match: .*/, 'match: \'{job="app"\''),
        says: /unexpected `match` option/,
      },
    ],
  },
  {
    files: 'vmalert/rules.yml',
    reads: 'vmalert',
    judgedBy: 'vmalert -dryRun',
    tools: ['victoria-metrics'],
    judge: (path) => vmDryRun('vmalert', [`-rule=${path}`]),
    mistakes: [
      {
        what: 'a bracket that is not closed',
        spoil: (text) => text.replace(/expr: (.*)\)/, 'expr: $1'),
        says: /bad MetricsQL expr: .*unexpected token ""/,
      },
    ],
  },
  {
    files: 'vmalert/notifier.yml',
    reads: 'vmalert',
    judgedBy: 'vmalert, started with it',
    tools: ['victoria-metrics', 'sandbox'],
    judge: judgeNotifiers,
    mistakes: [
      {
        what: 'a way of discovery that vmalert does not know',
        spoil: (text) => text.replace('dns_sd_configs', 'kubernetes_sd_configs'),
        says: /unknown fields in kubernetes_sd_configs/,
      },
    ],
  },
];

/** What happens to samples on their way out; a dry run of vmagent wants to know whither, too. */
function judgeOutgoing(flag: string): Promise<Verdict> {
  return vmDryRun('vmagent', ['-remoteWrite.url=http://127.0.0.1:9/api/v1/write', flag]);
}

/**
 * `-dryRun` leaves this file out. A start reads it before the rules: with rules that no vmalert accepts, it stops there
 * by itself.
 */
async function judgeNotifiers(path: string): Promise<Verdict> {
  const text = readFileSync(path, 'utf8');
  const { said } = await runInSandbox({
    command: [
      '/vmalert',
      '-rule=/etc/rules.yml',
      '-notifier.config=/etc/notifier.yml',
      '-datasource.url=http://127.0.0.1:9',
    ],
    files: { '/etc/rules.yml': 'stop: here\n', '/etc/notifier.yml': text },
    readOnly: { '/vmalert': await tool('victoria-metrics', 'vmalert') },
    hosts: text.match(CLUSTER_NAME) ?? [],
  });
  return { accepted: said.includes('cannot parse configuration file'), said };
}
