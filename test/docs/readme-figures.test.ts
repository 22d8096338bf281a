/**
 * The figures in the README's prose are those of the flow graph.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { coverOf, isExposed, type Cover } from '../../constructs/core/outage-budget';
import { humanSeconds } from '../../constructs/core/quantity';
import { synthesisOf } from '../environments';

const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8').replace(/\s+/g, ' ');

function coverOfLoki(environment: string): Cover {
  const { graph } = synthesisOf(environment).platform;
  const connection = graph.connections.find(
    (candidate) => isExposed(candidate) && candidate.to.owner.componentName === 'loki',
  );
  if (connection === undefined) throw new Error(`nothing writes logs in ${environment}`);
  return coverOf(graph, connection);
}

test('how long Loki may be down', () => {
  const prod = coverOfLoki('hyperion-prod');
  const [onDisk, inKafka] = prod.terms.map((term) => Number(/= (\d+) min$/.exec(term)?.[1]));
  expect(readme).toContain(`hold ${onDisk} minutes in production on their volumes`);
  expect(readme).toContain(`which holds another ${inKafka}: ${humanSeconds(prod.seconds)}utes in all`);
  expect(readme).toContain(`(${humanSeconds(coverOfLoki('hyperion-dev').seconds)}utes in \`hyperion-dev\`)`);
});

test('what the death of a trace processor costs', () => {
  const { derivations } = synthesisOf('hyperion-prod').platform;
  const loss = derivations.find(({ what }) => what.startsWith('sampled spans that the death'));
  expect(loss?.value).toBe('those of its last 10 s');
  expect(readme).toContain("sampled spans of a trace processor's last ten seconds when it dies");
});
