/**
 * Trivy looks every night at exactly the images of this environment. A finding that has a fix fails the job; where
 * kube-state-metrics runs, a failed job is an alert. `hyperion scan` does the same in CI, before anything is deployed.
 */
import { Duration, Size } from 'cdk8s';
import { CATALOG, imageOf } from '../core/catalog';
import { Component, type ComponentProps } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { Resources } from '../core/container-spec';
import type { Endpoint } from '../core/endpoint';
import { imagesOf } from '../core/images';
import type { Platform } from '../core/platform';
import { Task } from '../core/task';

export interface TrivyProps extends ComponentProps {
  /** Registries and the vulnerability database, over HTTPS. */
  readonly internet: Endpoint<'web', 'https'>;
  /** @default every night at 03:17 UTC, off the full hour at which registries are busy */
  readonly schedule?: string;
  /** @default TRIVY_DEFAULTS.resources */
  readonly resources?: Resources;
}

const DEFAULTS = {
  schedule: '17 3 * * *',
  // A layer is unpacked in memory and on disk while it is read.
  resources: { cpuMillis: 500, memory: Size.gibibytes(2) },
} satisfies Partial<TrivyProps>;

const UID = 10001;
const IMAGES_DIR = '/etc/trivy';

export class Trivy extends Component {
  public constructor(scope: Platform, id: string, props: TrivyProps) {
    super(scope, id, props, {
      layer: 'secure',
      summary: "Scans the environment's own images every night (Trivy)",
    });
    // The list is complete only when every other component exists.
    scope.whenComplete(() => {
      const config = this.configMap(`${id}-images`, [
        ConfigFile.lines('images.txt', [...new Set([...imagesOf(scope), imageOf(CATALOG.trivy)])].sort()),
        ConfigFile.lines('scan.sh', scanScript()),
      ]);
      const task = new Task(this, id, {
        uid: UID,
        schedule: props.schedule ?? DEFAULTS.schedule,
        deadline: Duration.hours(2),
        container: {
          image: CATALOG.trivy,
          command: ['sh', `${IMAGES_DIR}/scan.sh`],
          env: { TRIVY_CACHE_DIR: '/var/cache/trivy', HOME: '/tmp' },
          resources: props.resources ?? DEFAULTS.resources,
          configs: [{ mountPath: IMAGES_DIR, config }],
          scratch: [
            { mountPath: '/var/cache/trivy', size: Size.gibibytes(5) },
            { mountPath: '/tmp', size: Size.gibibytes(5) },
          ],
        },
      });
      task.connect(props.internet, { signals: ['web'], purpose: 'images and the vulnerability database' });
    });
  }
}

/** Looks at every image, whatever the one before had, and fails at the end if any had a finding. */
function scanScript(): readonly string[] {
  return [
    'failed=0',
    'while read -r image; do',
    '  trivy image --quiet --severity HIGH,CRITICAL --ignore-unfixed --exit-code 1 --timeout 15m "$image" || failed=1',
    `done < ${IMAGES_DIR}/images.txt`,
    'exit "$failed"',
  ];
}
