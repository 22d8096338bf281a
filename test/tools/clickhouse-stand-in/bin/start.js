/** Runs one of the stand-in's programs from its TypeScript source. */
'use strict';
const { join } = require('node:path');

/** The engine's queries and the files of inserts share these threads; Node's own four are soon taken. */
process.env.UV_THREADPOOL_SIZE ??= '16';

module.exports = function start(program, args) {
  require('ts-node').register({ projectSearchDir: __dirname, cwd: __dirname });
  require(join(__dirname, '..', `${program}.ts`))
    .main(args)
    .then(
      (status) => {
        process.exitCode = status ?? 0;
      },
      (error) => {
        process.stderr.write(`${program} (stand-in): ${error.message}\n`);
        process.exit(1);
      },
    );
};
