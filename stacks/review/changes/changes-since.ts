/**
 * Two states → everything that a reviewer wants to know about the way from one to the other.
 */
import { worst } from '../../diff/effects';
import { changedAmounts } from './amounts';
import { graphOf, type Baseline, type Synthesised } from './baseline';
import type { Changes } from './changes';
import { changedComponents } from './components';
import { changedConnections } from './connections';
import { changedGuarantees } from './guarantees';
import { headlines } from './headlines';
import { changedObjects } from './objects';
import { asNamedLike } from './other-environment';

export function changesSince(baseline: Baseline, synthesis: Synthesised): Changes {
  const base = baseline.kind === 'compare' ? asNamedLike(baseline, synthesis.environment) : baseline;
  const after = graphOf(synthesis);
  const graphs = base.graph === undefined ? undefined : { before: base.graph, after };
  const objects = changedObjects(base, synthesis.objects);
  const changes = {
    kind: base.kind,
    base: base.label,
    effect: worst(objects.map(({ effect }) => effect)),
    objects,
    components: graphs === undefined ? [] : changedComponents(graphs, objects),
    connections: graphs === undefined ? [] : changedConnections(graphs),
    amounts: changedAmounts(base, { objects: synthesis.objects, graph: after }),
    guarantees: graphs === undefined ? [] : changedGuarantees(graphs),
    ...(graphs === undefined
      ? {
          notCompared: `${base.label} has no graph.json of ${base.environment}: components, connections, guarantees and the picture cannot be compared`,
        }
      : {}),
  };
  return { ...changes, headlines: headlines(changes, { baseline: base, synthesis, graphs }) };
}
