/**
 * Where Pulumi's engine enters the policy pack: the compiled pack, compiled first when a source changed. Plain JavaScript,
 * because the engine's own loader would check the types of everything at each start. The pack itself stands in `stacks/`,
 * for it knows the environments: which tier a stack is, and what it is let off.
 */
'use strict';
if (require('../bin/build-state').ensureBuilt()) require('../build/stacks/policy-pack.js');
else process.exitCode = 1;
