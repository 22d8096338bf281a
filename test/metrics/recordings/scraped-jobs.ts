/** What the jobs of a running environment answer, each asked as its scrape job asks: the same port, the same path. */
import { scrapeJobs, type ScrapeJob } from '../../../constructs/core/scrape-jobs';
import { Workload } from '../../../constructs/core/workload';
import type { ContainerPlan } from '../../../stacks/local/cluster-plan';
import { synthesisOf } from '../../environments';
import type { RunningEnvironment } from '../../proof/local/hyperion-cluster';
import { loopback } from '../../tools/loopback';
import { merged } from '../exposition';
import { metricsAt, type Recorded } from './recording';

/** Of these something else runs: the single node, with gates before it, and an engine without the server. */
const NOT_ITSELF: ReadonlySet<string> = new Set([
  'vminsert',
  'vmselect',
  'vmstorage',
  'clickhouse',
  'grafana',
]);

export async function recordJobs(
  name: string,
  running: RunningEnvironment,
  under: string,
): Promise<readonly Recorded[]> {
  const all: Recorded[] = [];
  for (const { job, container, program, version } of runningJobs(name, running)) {
    const { endpoint } = job;
    const service = endpoint.via === 'headless' ? `${endpoint.owner.id}-headless` : endpoint.owner.id;
    const { host, port } = running.address(`${job.namespace ?? ''}/${service}`, endpoint.port);
    const standIn = standInOf(container);
    all.push({
      ...{ program, version, from: `${name}, ${under}` },
      ...(standIn === undefined ? {} : { standIn }),
      metrics: await metricsAt(`http://${host}:${port}${endpoint.path}`),
    });
  }
  return byProgram(all);
}

interface RunningJob {
  readonly job: ScrapeJob;
  readonly container: ContainerPlan;
  readonly program: string;
  readonly version: string;
}

function runningJobs(name: string, { plan }: RunningEnvironment): RunningJob[] {
  return scrapeJobs(synthesisOf(name).platform.graph).flatMap((job) => {
    const { owner } = job.endpoint;
    const pod = plan.pods.find(({ workload }) => workload === owner.id);
    const [container] = pod?.containers ?? [];
    if (!(owner instanceof Workload) || container === undefined) return [];
    const { name: program, version } = owner.spec.container.image;
    return NOT_ITSELF.has(program) ? [] : [{ job, container, program, version }];
  });
}

function standInOf({ image }: ContainerPlan): string | undefined {
  const program = loopback.programs.find(image);
  return program.found ? program.standIn : undefined;
}

function byProgram(all: readonly Recorded[]): readonly Recorded[] {
  const names = [...new Set(all.map(({ program }) => program))];
  return names.flatMap((program) => {
    const of = all.filter((one) => one.program === program);
    const [first] = of;
    return first === undefined ? [] : [{ ...first, metrics: merged(of.map(({ metrics }) => metrics)) }];
  });
}
