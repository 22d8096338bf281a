/**
 * Stands in for whoever answers an environment's objects from outside of it: clouds give load balancers addresses, and
 * operators say that what they were asked for is there, with the Secrets that come of it. Without them, whoever waits for
 * that waits for ever.
 */
import type { Manifest } from '../../../policies/manifest';
import { fieldsAt, listAt, textAt } from '../../../stacks/manifest-data';
import type { ApiClient, WatchEvent } from '../control-plane/api-client';
import { ApiError } from '../control-plane/api-error';
import type { Stream } from '../control-plane/api-transport';
import { operatorSecrets } from '../control-plane/operator-stand-in';
import { until } from '../control-plane/until';

/** Of a block for documentation (RFC 5737): nobody is there. */
const ADDRESS = { loadBalancer: { ingress: [{ ip: '203.0.113.10' }] } };
/** Long ago, and the same in each run. */
const SINCE = '2000-01-01T00:00:00Z';
const READY = {
  conditions: [
    { type: 'Ready', status: 'True', reason: 'StandIn', message: 'by a test', lastTransitionTime: SINCE },
  ],
};

/** What each kind's status says when all is well. */
const STATUSES: Readonly<Record<string, object>> = {
  CephObjectStore: { phase: 'Ready' },
  Certificate: READY,
  ExternalSecret: READY,
  Ingress: ADDRESS,
  Issuer: READY,
  ObjectBucketClaim: { phase: 'Bound' },
  Service: ADDRESS,
};

/** Seconds after a definition is established, the server begins to store its objects. */
const LIST_LIMIT_MS = 60_000;

export class Outside {
  private readonly streams: Stream[] = [];
  private readonly failures: Error[] = [];

  private constructor(private readonly api: ApiClient) {}

  /** @param objects of the environment: what kinds there will be */
  public static async start(api: ApiClient, objects: readonly Manifest[]): Promise<Outside> {
    const outside = new Outside(api);
    const kinds = new Map(objects.map(({ kind, apiVersion }) => [kind, apiVersion]));
    await until('every kind can be listed', LIST_LIMIT_MS, () => unlisted(api, kinds));
    for (const [kind, apiVersion] of kinds) {
      if (STATUSES[kind] !== undefined) outside.streams.push(await outside.watch(apiVersion, kind));
    }
    return outside;
  }

  /** @throws the first thing that went wrong: what waits for ever is not the environment's fault then */
  public stop(): void {
    for (const stream of this.streams) stream.close();
    const [first] = this.failures;
    if (first !== undefined) throw first;
  }

  private watch(apiVersion: string, kind: string): Promise<Stream> {
    return this.api.watch(
      apiVersion,
      kind,
      (event) => {
        this.answer(event).catch((error: unknown) => {
          // It may be deleted while it is answered.
          if (!(error instanceof ApiError && error.status === 404)) this.failures.push(error as Error);
        });
      },
      (why) => this.failures.push(why),
    );
  }

  private async answer({ type, object }: WatchEvent): Promise<void> {
    const status = STATUSES[object.kind];
    if (type === 'DELETED' || status === undefined || !isWaiting(object, status)) return;
    const { apiVersion, kind, metadata } = object;
    for (const secret of operatorSecrets(object)) await this.makeOnce(secret);
    const ref = { apiVersion, kind, name: metadata.name, namespace: metadata.namespace ?? '' };
    await this.api.merge(ref, { status }, 'status');
  }

  private async makeOnce(object: Manifest): Promise<void> {
    try {
      await this.api.create(object);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409)) throw error;
    }
  }
}

async function unlisted(api: ApiClient, kinds: ReadonlyMap<string, string>): Promise<string[]> {
  const missing: string[] = [];
  for (const [kind, apiVersion] of kinds) {
    try {
      await api.list(apiVersion, kind);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 429)) throw error;
      missing.push(kind);
    }
  }
  return missing;
}

/** Whether nobody answered yet. */
function isWaiting(object: Manifest, status: object): boolean {
  if (object.metadata.deletionTimestamp !== undefined) return false;
  if (object.kind === 'Service' && textAt(object, 'spec', 'type') !== 'LoadBalancer') return false;
  if (status === ADDRESS) return listAt(object, 'status', 'loadBalancer', 'ingress').length === 0;
  return Object.keys(status).some((key) => fieldsAt(object, 'status')[key] === undefined);
}
