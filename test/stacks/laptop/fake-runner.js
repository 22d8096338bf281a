/** Starts a fake service as the laptop does, says its process id, and waits to be killed. */
'use strict';
const { spawn } = require('node:child_process');
const { join } = require('node:path');

const guard = join(__dirname, '../../../stacks/laptop/exit-with-parent.js');
const child = spawn(process.execPath, ['-r', guard, join(__dirname, 'fake-service.js')], {
  env: { ...process.env, LISTEN_PORT: '0' },
  detached: true,
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
});
child.stdout.on('data', (data) => {
  if (String(data).includes('listening')) process.stdout.write(String(child.pid));
});
