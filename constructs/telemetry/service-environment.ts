/**
 * What all five services are told alike, as text under the names that their schemas know. No secret is ever in it.
 */
import type { StaticEncode, TSchema } from '@sinclair/typebox';
import type { Duration, Size } from 'cdk8s';
import { bytesOf } from '../core/quantity';
import type { SecretRef } from '../core/secrets';

/** The declaration of a service's variables, `X_VARIABLES` of `apps/<x>/config.ts`. */
export type Variables = Readonly<Record<string, TSchema>>;

/**
 * Text under the names of the declaration, and no others. Written as one object literal without spreads, a name that the
 * service does not know does not compile.
 */
export type ServiceEnvironment<V extends Variables> = { readonly [Name in keyof V]?: StaticEncode<V[Name]> };

/** Where a service is reached. */
export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** In a container: every address of the pod, for the NetworkPolicy decides who comes. 8080 as the design document has it. */
export const IN_CONTAINER: Listen = { host: '0.0.0.0', port: 8080 };

/** Which store the collector writes and the API reads. */
export type StoreChoice =
  | {
      readonly kind: 'influxdb';
      readonly url: string;
      readonly organization: string;
      readonly bucket: string;
    }
  | { readonly kind: 'embedded'; readonly folder: string };

/** What an InfluxDB tells those who use it. */
export interface InfluxdbAccess {
  readonly organization: string;
  readonly bucket: string;
  readonly token: SecretRef;
}

export function influxdbStore({ organization, bucket }: InfluxdbAccess, url: string): StoreChoice {
  return { kind: 'influxdb', url, organization, bucket };
}

/** As the services read them: `30000ms`, `128MiB` (rounded down, for it is a limit), `2000`. What is not given stays open. */
export function durationText(duration: Duration | undefined): string | undefined {
  return duration === undefined ? undefined : `${duration.toMilliseconds()}ms`;
}

export function sizeText(size: Size | undefined): string | undefined {
  return size === undefined ? undefined : `${Math.floor(bytesOf(size) / 1024 ** 2)}MiB`;
}

export function countText(count: number | undefined): string | undefined {
  return count === undefined ? undefined : String(count);
}
