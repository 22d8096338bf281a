/**
 * Preloaded (`node -r`) into every service of the laptop: when the runner is gone, also by kill -9, its end of the channel
 * closes, and the service stops as it would at SIGTERM. The services themselves know nothing of it.
 */
'use strict';
const { setTimeout } = require('node:timers');

/** Longer than STOP_TIMEOUT's default of 20 s: then something hangs, and nobody is left to see it. */
const LIMIT_MS = 25_000;

if (process.send === undefined) {
  throw new Error('exit-with-parent: there is no channel to the parent; start it with stdio "ipc"');
}
process.once('disconnect', () => {
  setTimeout(() => process.exit(1), LIMIT_MS).unref();
  process.kill(process.pid, 'SIGTERM');
});
// The channel must not keep a service alive that has nothing else to do.
process.channel?.unref();
