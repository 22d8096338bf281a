/**
 * Synthesises many small environments in one process, as one command would for the spokes of a hub: all texts are kept
 * until the end, for nothing is written before everything is sound. Prints the processor time of each.
 * Plain JavaScript over `build/`: what is measured must not carry a compiler.
 */
'use strict';
const { complete } = require('../build/constructs/core/complete');
const { hyperion } = require('../build/constructs/systems/hyperion');
const { HYPERION_DEV } = require('../build/stacks/environments/hyperion-dev');
const { soundSynthesis } = require('../build/stacks/sound-synthesis');

/** Until then the engine compiles hot code, which would make the small number look slow. */
const WARM_UPS = 50;

function synthesise(number) {
  const environment = `spoke-${String(number).padStart(4, '0')}`;
  const props = { ...HYPERION_DEV, environment, domain: `${environment}.example.com` };
  const build = () => {
    const platform = hyperion(props);
    complete(platform);
    return platform;
  };
  const { files, objects } = soundSynthesis(environment, {
    system: 'hyperion',
    tier: props.tier,
    describe: '',
    build,
  });
  return { files, objects: objects.length };
}

const count = Number(process.argv[2]);
for (let number = 0; number < WARM_UPS; number += 1) synthesise(number);
const kept = [];
// Processor time, not wall time: the large number runs so long that other programs do not fall on both alike.
const start = process.cpuUsage();
for (let number = 0; number < count; number += 1) kept.push(synthesise(number));
const { user, system } = process.cpuUsage(start);
const answer = {
  cpuMsEach: (user + system) / 1000 / count,
  objects: kept.reduce((sum, { objects }) => sum + objects, 0),
};
process.stdout.write(`${JSON.stringify(answer)}\n`);
