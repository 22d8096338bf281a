/** Everything that the review page shows of one environment, from its model and its findings. */
import type { Environment } from '../environment';
import { checkEnvironment, type Finding } from '../findings';
import type { GraphDocument } from '../graph-document';
import type { Synthesis } from '../synthesis';
import { accessEntries } from './access';
import { alertEntries } from './alerts';
import { graphOf, type Baseline } from './changes/baseline';
import { changesSince } from './changes/changes-since';
import { asNamedLike } from './changes/other-environment';
import { componentEntries } from './components';
import { connectionEntries } from './connections';
import { dashboardEntries } from './dashboards';
import { externalEntries } from './endpoints';
import { exceptionEntries } from './exceptions';
import { findingEntries } from './findings';
import { imageEntries } from './images';
import { objectEntries } from './objects';
import { drawPicture } from './picture/draw-picture';
import type { ReviewDocument } from './review-document';
import { secretEntries } from './secrets';
import { totalsOf } from './totals';

export interface GatherOptions {
  /** The day by which ends of life, waivers and exceptions are judged, as `2026-07-31`. */
  readonly asOf: string;
  /** @default there is nothing to compare with */
  readonly baseline?: Baseline;
}

/** What is there even of an environment of which nothing can be made. */
type Head = Pick<
  ReviewDocument,
  'environment' | 'system' | 'tier' | 'describe' | 'cloud' | 'asOf' | 'exceptions' | 'findings'
>;

export async function gatherReview(
  name: string,
  environment: Environment,
  { asOf, baseline }: GatherOptions,
): Promise<ReviewDocument> {
  const { synthesis, findings } = checkEnvironment(name, environment, asOf);
  const head: Head = {
    environment: name,
    system: environment.system,
    tier: environment.tier,
    describe: environment.describe,
    cloud: environment.site.kind,
    asOf,
    exceptions: exceptionEntries(environment),
    findings: findingEntries(findings),
  };
  if (synthesis === undefined) return { ...head, ...UNMADE };
  const graph = graphOf(synthesis);
  return {
    ...head,
    ...tablesOf(synthesis, graph, environment, findings, asOf),
    picture: await drawPicture(graph, baseline && baseGraph(baseline, name)),
    ...(baseline === undefined ? {} : { changes: changesSince(baseline, synthesis) }),
  };
}

/** With `compare`, parties that bear the environment's name are the same ones. */
function baseGraph(baseline: Baseline, environment: string): GraphDocument | undefined {
  return (baseline.kind === 'compare' ? asNamedLike(baseline, environment) : baseline).graph;
}

const UNMADE: Omit<ReviewDocument, keyof Head> = {
  unmade: true,
  survivesOutageSeconds: 0,
  components: [],
  externals: [],
  connections: [],
  images: [],
  secrets: [],
  access: [],
  alerts: [],
  dashboards: [],
  objects: [],
  totals: { pods: 0, cpuMillis: 0, memoryBytes: 0, volumeBytes: 0, objects: 0 },
  picture: { width: 0, height: 0, frames: [], nodes: [], lines: [] },
};

function tablesOf(
  synthesis: Synthesis,
  graph: GraphDocument,
  environment: Environment,
  findings: readonly Finding[],
  asOf: string,
): Omit<ReviewDocument, keyof Head | 'picture' | 'changes' | 'unmade'> {
  const { platform } = synthesis;
  const connections = connectionEntries(platform, graph);
  const objects = objectEntries(synthesis);
  const alerts = alertEntries(platform);
  const components = componentEntries(synthesis, environment, {
    graph,
    connections,
    objects,
    alerts,
    findings,
  });
  return {
    survivesOutageSeconds: graph.survivesOutageSeconds,
    components,
    externals: externalEntries(graph),
    connections,
    images: imageEntries(platform, { asOf, waivers: environment.waivers ?? [] }),
    secrets: secretEntries(synthesis),
    access: accessEntries(synthesis),
    alerts,
    dashboards: dashboardEntries(platform),
    objects,
    totals: totalsOf(components, objects),
  };
}
