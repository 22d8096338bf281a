/**
 * VictoriaMetrics, single node, with its agents. The cluster's programs live on another branch, whose `-cluster` tags
 * no registry has; a single node takes and answers the same requests, but for the tenant in their paths.
 */
import { CATALOG } from '../../constructs/core/catalog';
import { goRepeatedModule } from './go-build';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = CATALOG.vmagent.version;
const MODULE = 'github.com/VictoriaMetrics/VictoriaMetrics';

const PROGRAMS = ['victoria-metrics', 'vmagent', 'vmalert', 'vmauth', 'vmbackup', 'vmrestore'] as const;

export const victoriaMetrics = {
  name: 'victoria-metrics',
  version: VERSION,
  purpose:
    'judges and runs vmagent’s, vmalert’s and vmauth’s configurations, backup and restore; ' +
    'the single node stands in for vminsert 1.150.0, vmselect 1.150.0 and vmstorage 1.150.0',
  requires: [needs.go('1.26.6')],
  // Its go.mod has no `replace`, but `go install` asks for the list of all versions, which is not to be had.
  recipe: goRepeatedModule({
    module: MODULE,
    version: `v${VERSION}`,
    programs: Object.fromEntries(PROGRAMS.map((name) => [name, `app/${name}`])),
    variables: { [`${MODULE}/lib/buildinfo.Version`]: `v${VERSION}` },
  }),
  outputs: PROGRAMS,
  main: 'victoria-metrics',
  checks: PROGRAMS.map((name) => ({ run: [name, '-version'], prints: `v${VERSION}` })),
} as const satisfies Tool;
