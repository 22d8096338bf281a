/** Says clearly that Node is too old, instead of failing somewhere later. Written so that old ones can read it. */
'use strict';
const WANTED = [20, 20];

function assertNodeVersion() {
  const parts = process.versions.node.split('.').map(Number);
  if (parts[0] > WANTED[0] || (parts[0] === WANTED[0] && parts[1] >= WANTED[1])) return;
  process.stderr.write(
    'hyperion: needs Node ' + WANTED.join('.') + ' or newer, and this is ' + process.versions.node + '\n',
  );
  process.exit(2);
}

module.exports = { assertNodeVersion };
