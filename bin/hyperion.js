#!/usr/bin/env node
/** The `hyperion` command: the compiled command line, compiled first when a source changed. */
'use strict';
require('./node-version').assertNodeVersion();
const { existsSync } = require('node:fs');
const module_ = require('node:module');
const { join } = require('node:path');

if (!existsSync(join(__dirname, '..', 'node_modules', 'commander'))) {
  process.stderr.write('hyperion: the packages are not installed yet; run: npm ci\n');
  process.exit(2);
}
// Node 22.8 and newer keep compiled code, which saves a good part of the start.
if (typeof module_.enableCompileCache === 'function') module_.enableCompileCache();
if (require('./build-state').ensureBuilt()) require('../build/stacks/cli/main.js');
else process.exitCode = 1;
