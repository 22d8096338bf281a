/**
 * VictoriaMetrics, single node, with its agents. Neither the cluster nor a newer version can be had from a registry:
 * what 1.79 accepts is judged by it, and what it does not know yet (vmauth's limits for each user) is not.
 */
import { debianPrograms, debianSource, type DebianPrograms } from './debian-package';
import type { Tool } from './tool';

const VERSION = '1.79.5';

const PROGRAMS = ['victoria-metrics', 'vmagent', 'vmalert', 'vmauth', 'vmbackup', 'vmrestore'] as const;

const PACKAGE: DebianPrograms = {
  package: 'victoria-metrics',
  version: VERSION,
  programs: Object.fromEntries(PROGRAMS.map((name) => [name, `usr/bin/${name}`])),
};

export const victoriaMetrics = {
  name: 'victoria-metrics',
  version: VERSION,
  purpose: 'judges vmagent’s and vmalert’s configurations; runs backup and restore',
  requires: [debianSource(PACKAGE)],
  recipe: debianPrograms(PACKAGE),
  outputs: PROGRAMS,
  main: 'victoria-metrics',
  // Debian builds them without a version; apt's own check and the package's version stand for it.
  checks: [
    { run: ['vmagent', '-help'], prints: 'promscrape.config.strictParse' },
    { run: ['vmalert', '-help'], prints: 'notifier.config' },
  ],
  onRequest: true,
} as const satisfies Tool;
