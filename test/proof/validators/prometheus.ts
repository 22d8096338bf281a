/** Prometheus' own files, judged by promtool of the same release. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from '../../tools/obtain';
import { runProgram } from './run-program';
import type { Validator, Verdict } from './validator';

export const PROMETHEUS_VALIDATORS: readonly Validator[] = [
  {
    files: 'prometheus/prometheus.yml',
    reads: 'prometheus',
    judgedBy: 'promtool check config --syntax-only',
    tools: ['prometheus'],
    // The rules, which it names by their path in the container, are judged below.
    judge: (path) => promtool('config', path, '--syntax-only'),
    mistakes: [
      {
        what: 'a relabelling action that does not exist',
        spoil: (text) => text.replace('action: keep', 'action: kept'),
        says: /unknown relabel action "kept"/,
      },
      {
        what: 'a misspelt key',
        spoil: (text) => text.replace('dns_sd_configs', 'dns_sd_config'),
        says: /field dns_sd_config not found/,
      },
      {
        what: 'a scrape that may take longer than until the next one',
        spoil: (text) => text.replace(/scrape_timeout: .*/, 'scrape_timeout: 2m'),
        says: /scrape timeout greater than scrape interval/,
      },
    ],
  },
  {
    files: 'prometheus/rules.yml',
    reads: 'prometheus',
    judgedBy: 'promtool check rules',
    tools: ['prometheus'],
    judge: (path) => promtool('rules', path, '--lint-fatal'),
    mistakes: [
      {
        what: 'a bracket that is not closed',
        spoil: (text) => text.replace(/expr: (.*)\)/, 'expr: $1'),
        says: /could not parse expression/,
      },
      {
        what: 'a function that templates do not have',
        spoil: (text) => text.replace('humanizePercentage', 'percent'),
        says: /function "percent" not defined/,
      },
      {
        what: 'the time that an alert must hold under another name',
        spoil: (text) => text.replace('for:', 'holds:'),
        says: /field holds not found/,
      },
    ],
  },
  {
    // The specification of the PrometheusRule is what a rule file is.
    files: 'service-monitors/rules.yml',
    reads: 'prometheus',
    judgedBy: 'promtool check rules',
    tools: ['prometheus'],
    judge: (path) => promtool('rules', path, '--lint-fatal'),
    mistakes: [
      {
        what: 'a bracket that is not closed',
        spoil: (text) => text.replace(/expr: (.*)\)/, 'expr: $1'),
        says: /could not parse expression/,
      },
      {
        what: 'a join without the label that it brings',
        spoil: (text) => text.replace('group_left (name)', 'group_to (name)'),
        says: /could not parse expression/,
      },
    ],
  },
];

/** In a folder of its own: it may look beside the file. */
async function promtool(what: 'config' | 'rules', path: string, option: string): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-promtool-'));
  try {
    const file = join(folder, 'judged.yml');
    copyFileSync(path, file);
    return runProgram(await tool('prometheus', 'promtool'), ['check', what, option, file]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
