/**
 * What both forms of Tempo promise and what their volumes must hold, checked at synthesis.
 */
import type { Duration, Size } from 'cdk8s';
import type { Component } from '../core/component';
import { bytesOf, gibibytesFor, humanBytes, quantity } from '../core/quantity';
import { LIVE_SECONDS } from './tempo-config';

/** Recent blocks are kept beside those just being written, which are not compressed yet. */
const VOLUME_HEADROOM = 1.5;
/** Compaction works in windows of an hour: a block is deleted whole, some time after its end. */
const LEAST_RETENTION_HOURS = 1;

/**
 * @param bytesPerSecond what one live-store receives
 */
export function checkLiveVolume(
  scope: Component,
  property: string,
  size: Size,
  bytesPerSecond: number,
): void {
  const needed = bytesPerSecond * LIVE_SECONDS * VOLUME_HEADROOM;
  if (bytesOf(size) >= needed) return;
  scope.platform.report(scope, {
    property,
    value: quantity(size),
    rule:
      'the volume of a live-store holds the spans of the last 20 minutes: ' +
      `${humanBytes(bytesPerSecond)}/s × ${LIVE_SECONDS} s + 50 % = ${humanBytes(needed)}`,
    remedy: `make it ${quantity(gibibytesFor(needed))} or larger`,
  });
}

export function checkRetention(scope: Component, retention: Duration): void {
  const hours = retention.toHours({ integral: false });
  if (Number.isInteger(hours) && hours >= LEAST_RETENTION_HOURS) return;
  scope.platform.report(scope, {
    property: 'retention',
    value: `${hours}h`,
    rule: 'Tempo deletes whole blocks, which span about an hour: the retention is a whole number of hours',
    remedy: `use Duration.hours(${Math.max(LEAST_RETENTION_HOURS, Math.ceil(hours))})`,
  });
}
