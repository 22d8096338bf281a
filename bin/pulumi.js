/** What `pulumi up` runs: the compiled program, compiled first when a source changed. */
'use strict';
require('./node-version').assertNodeVersion();
const module_ = require('node:module');

// Node 22.8 and newer keep compiled code, which saves a good part of the start.
if (typeof module_.enableCompileCache === 'function') module_.enableCompileCache();
if (!require('./build-state').ensureBuilt()) throw new Error('the sources do not compile: see above');
module.exports = require('../build/stacks/index.js');
