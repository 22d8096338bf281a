/** The store that the settings mean. */
import { openEmbeddedReader } from './embedded/embedded-reader';
import { openEmbeddedWriter } from './embedded/embedded-writer';
import type { InfluxOptions } from './influxdb/influx-client';
import { openInfluxReader } from './influxdb/influx-reader';
import { openInfluxWriter } from './influxdb/influx-writer';
import type { StoreSettings } from './store-variables';
import type { TelemetryReader, TelemetryWriter } from './telemetry-store';

export async function openWriter(
  settings: StoreSettings,
  report: (error: unknown) => void,
): Promise<TelemetryWriter> {
  if (settings.STORE === 'influxdb') {
    return openInfluxWriter({ ...influxdb(settings), gzip: settings.INFLUXDB_GZIP });
  }
  return openEmbeddedWriter({
    ...embedded(settings),
    retentionMs: settings.STORE_RETENTION,
    maxSizeBytes: settings.STORE_MAX_SIZE,
    report,
  });
}

export async function openReader(settings: StoreSettings): Promise<TelemetryReader> {
  const reader =
    settings.STORE === 'influxdb'
      ? openInfluxReader(influxdb(settings))
      : openEmbeddedReader(embedded(settings));
  return Promise.resolve(reader);
}

function embedded(settings: StoreSettings): { readonly folder: string; readonly busyTimeoutMs: number } {
  const { STORE_DATA_DIR: folder, STORE_TIMEOUT: busyTimeoutMs } = settings;
  if (folder === undefined) throw new Error('STORE_DATA_DIR is required with STORE=embedded');
  return { folder, busyTimeoutMs };
}

function influxdb(settings: StoreSettings): InfluxOptions {
  const { INFLUXDB_URL: url, INFLUXDB_TOKEN: token, INFLUXDB_ORG: org, INFLUXDB_BUCKET: bucket } = settings;
  if (url === undefined || token === undefined) {
    throw new Error('INFLUXDB_URL and INFLUXDB_TOKEN are required with STORE=influxdb');
  }
  return { url, token, org, bucket, timeoutMs: settings.STORE_TIMEOUT };
}
