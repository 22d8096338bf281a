/**
 * Loaded into a service before its own program (`node --require`): tells, when asked over the channel between processes, how
 * late the event loop was since the last time, and how much memory there is. Plain JavaScript: it must not carry a compiler.
 */
'use strict';
const { monitorEventLoopDelay } = require('node:perf_hooks');

/** The histogram counts this as a part of each delay. */
const RESOLUTION_MS = 1;
const NS_PER_MS = 1e6;

const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();
process.on('message', () => {
  const answer = {
    loopP99Ms: Math.max(0, delays.percentile(99) / NS_PER_MS - RESOLUTION_MS),
    loopMaxMs: Math.max(0, delays.max / NS_PER_MS - RESOLUTION_MS),
    rssBytes: process.memoryUsage.rss(),
  };
  delays.reset();
  process.send(answer);
});
// The service ends when it has ended, whether or not anybody still listens here.
process.channel.unref();
