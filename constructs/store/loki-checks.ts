/**
 * What both forms of Loki promise and what their volumes must hold, checked at synthesis.
 */
import type { Duration, Size } from 'cdk8s';
import type { Component } from '../core/component';
import { bytesOf, gibibytesFor, humanBytes, humanSeconds, quantity } from '../core/quantity';

export interface LokiPromises {
  readonly retention: Duration;
  readonly schemaFrom: string;
  readonly acceptsDelayed: Duration;
}

/** Loki writes a checkpoint of its open chunks this often, and keeps the segments between the last two. */
const CHECKPOINT_SECONDS = 300;
/** After `max_chunk_age` every chunk is flushed: what can be open at most. */
const OPEN_CHUNK_SECONDS = 2 * 3600;
/** Log lines in a zstd chunk, cautiously; 8 and more are usual. */
const CHUNK_COMPRESSION = 5;
/** Index being built and the file system's own reserve. */
const OTHER_SHARE = 0.1;

export interface VolumeNeed {
  readonly bytes: number;
  /** How it was computed, for the reader of a message. */
  readonly arithmetic: string;
}

/** What the volume of one ingester has to hold at its share of the load. */
export function ingesterVolume(bytesPerSecond: number): VolumeNeed {
  const segments = bytesPerSecond * 2 * CHECKPOINT_SECONDS;
  const checkpoint = (bytesPerSecond * OPEN_CHUNK_SECONDS) / CHUNK_COMPRESSION;
  return {
    bytes: (segments + checkpoint) * (1 + OTHER_SHARE),
    arithmetic:
      `${humanBytes(bytesPerSecond)}/s × (2 × ${CHECKPOINT_SECONDS} s of log segments ` +
      `+ ${OPEN_CHUNK_SECONDS} s of open chunks ÷ ${CHUNK_COMPRESSION}) + 10 % for the index`,
  };
}

export function checkIngesterVolume(scope: Component, property: string, size: Size, need: VolumeNeed): void {
  if (bytesOf(size) >= need.bytes) return;
  scope.platform.report(scope, {
    property,
    value: quantity(size),
    rule: `the volume of an ingester holds its write-ahead log and the index being built: ${need.arithmetic} = ${humanBytes(need.bytes)}`,
    remedy: `make it ${quantity(gibibytesFor(need.bytes))} or larger`,
  });
}

export function checkPromises(scope: Component, promises: LokiPromises): void {
  const { retention, schemaFrom, acceptsDelayed } = promises;
  const { platform } = scope;
  const retentionHours = retention.toHours({ integral: false });
  if (retentionHours < 24 || retentionHours % 24 !== 0) {
    platform.report(scope, {
      property: 'retention',
      value: `${retentionHours}h`,
      rule: 'Loki deletes whole index tables of 24h: the retention is a multiple of 24h, at least 24h',
      remedy: `use Duration.days(${Math.max(1, Math.ceil(retentionHours / 24))})`,
    });
  }
  if (!isDate(schemaFrom)) {
    platform.report(scope, {
      property: 'schemaFrom',
      value: schemaFrom,
      rule: 'a period of the schema begins on a day, written as YYYY-MM-DD',
      remedy: 'give the day of the first deployment, and never change it afterwards',
    });
  }
  if (acceptsDelayed.toSeconds() < platform.survivesOutage.toSeconds()) {
    platform.report(scope, {
      property: 'acceptsDelayed',
      value: `${acceptsDelayed.toHours({ integral: false })}h`,
      rule: `records that waited through an outage of ${humanSeconds(platform.survivesOutage.toSeconds())} are replayed afterwards, and Loki refuses what is older than this`,
      remedy: 'accept at least as much delay as the environment survives (survivesOutage)',
    });
  }
}

function isDate(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(`${text}T`);
}
