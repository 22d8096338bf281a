/**
 * One environment → its page: what it is, how the data flows, what may be away for how long, what runs, what it needs.
 */
import { External } from '../../constructs/core/party';
import type { Platform } from '../../constructs/core/platform';
import { humanSeconds } from '../../constructs/core/quantity';
import type { Environment } from '../../stacks/environment';
import { synthesise, type Synthesis } from '../../stacks/synthesis';
import { questionDiagram, telemetryDiagram } from './diagram';
import { code, sorted, table } from './markdown';
import { cloudRefTable, operatorTable, secretTable } from './needs';
import { outageTable, topicTable } from './outages';
import { namespaceTable, programTables } from './programs';

export function environmentPage(name: string, environment: Environment): string {
  const synthesis = synthesise(environment.build(), { exceptions: environment.exceptions ?? [] });
  const { platform } = synthesis;
  return `${[
    ...head(name, environment, synthesis),
    ...flowSections(platform),
    ...outageSections(platform),
    ...runSections(synthesis),
    ...needSections(synthesis),
  ].join('\n\n')}\n`;
}

function head(
  name: string,
  { describe, system, tier }: Environment,
  { platform, objects }: Synthesis,
): string[] {
  const zones = platform.zones === 1 ? 'one zone' : `${platform.zones} zones`;
  return [
    `# ${name}`,
    '<!-- Made by `npm run docs` from the flow graph. Do not edit. -->',
    `${describe}. System ${code(system)}, tier ${code(tier)}, ${zones}, ${platform.components.length} components, ` +
      `${objects.length} Kubernetes objects, ${platform.graph.connections.length} connections. ` +
      `Values: ${code(`stacks/environments/${name}.ts`)}.`,
  ];
}

function flowSections(platform: Platform): string[] {
  return [
    '## How telemetry flows',
    'What the senders outside send, and where it ends. Arrows point the way that the data goes; a dotted one waits for ' +
      'something to fail. `else …` is the way that is taken when the receiver fails; `disk` is a queue on the ' +
      "sender's volumes, replicas × size; `may drop` is a copy that never holds up its source.",
    telemetryDiagram(platform),
    '## Who asks whom',
    'Queries, alerts, state and objects, and what the platform says about itself. Left out: scrapes (of every workload ' +
      'with metrics), DNS and the Kubernetes API.',
    questionDiagram(platform),
  ];
}

function outageSections(platform: Platform): string[] {
  const wanted = humanSeconds(platform.survivesOutage.toSeconds());
  const topics = topicTable(platform);
  return [
    '## How long may X be away?',
    `The environment promises ${wanted} for any one store or processor; synthesis fails when a path cannot keep it. ` +
      'Each row adds up what the queues on the path hold at the declared peak. Beyond that, the last line says whether ' +
      'senders are refused and keep their data themselves, or whether what does not fit is lost. One thing is away at ' +
      'a time: while Kafka is away, its topics do not count.',
    outageTable(platform),
    ...(topics === undefined ? [] : ['### What Kafka keeps', topics]),
  ];
}

function runSections(synthesis: Synthesis): string[] {
  return [
    '## What runs',
    'CPU and memory are the requests of each replica; the memory limit is the same, the CPU limit twice as high unless ' +
      'the component says otherwise. A span of replicas is scaled by CPU use.',
    programTables(synthesis.platform),
    '## What it asks of the cluster',
    namespaceTable(synthesis),
  ];
}

function needSections(synthesis: Synthesis): string[] {
  const { platform } = synthesis;
  return [
    '## What has to be there first',
    '### Operators',
    operatorTable(synthesis),
    '### Secrets',
    `In the store behind the ${code('ClusterSecretStore')} ${code(platform.secretStore.name)} (${platform.secretStore.kind}).`,
    secretTable(synthesis),
    ...(platform.cloudRefs.size === 0
      ? []
      : [
          '### Values of the cloud',
          'They stand in the manifests as placeholders until somebody puts them in.',
          cloudRefTable(platform),
        ]),
    '### Addresses outside',
    outsideTable(platform),
  ];
}

function outsideTable({ graph }: Platform): string {
  const outside = graph.parties.filter((party): party is External => party instanceof External);
  return table(
    ['party', 'what it is', 'addresses'],
    sorted(outside.map(({ id }) => id)).flatMap((id) => {
      const party = outside.find((candidate) => candidate.id === id);
      if (party?.reach.kind !== 'addresses') return [];
      const { cidrs, except = [] } = party.reach;
      const but = except.length === 0 ? '' : ` but ${except.map(code).join(', ')}`;
      return [[code(id), party.description, `${cidrs.map(code).join(', ')}${but}`]];
    }),
  );
}
