/**
 * The part of the Kubernetes API that the proofs use, over plain objects. Kinds are looked up in the server's own
 * discovery, so custom resources need no code.
 */
import type { Manifest, ResourceRef } from '../../../policies/manifest';
import { fieldsAt, listAt, textAt } from '../../../stacks/manifest-data';
import { ApiError } from './api-error';
import { ApiTransport, type ApiServer, type Impersonation, type Stream } from './api-transport';

type ObjectRef = ResourceRef & { readonly apiVersion: string };

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: Manifest;
}

/** The owner of every field that an environment's manifests set. */
const FIELD_MANAGER = 'hyperion';
/** Who changes something by hand. */
const SOMEBODY_ELSE = 'somebody-else';
const DISCOVERY = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

interface Resource {
  readonly path: string;
  readonly plural: string;
  readonly isNamespaced: boolean;
}

export class ApiClient {
  private resources: Promise<ReadonlyMap<string, Resource>> | undefined;

  private constructor(private readonly transport: ApiTransport) {}

  public static to(server: ApiServer): ApiClient {
    return new ApiClient(new ApiTransport(server));
  }

  /** The same server, asked in somebody else's name. */
  public as(someone: Impersonation): ApiClient {
    const other = new ApiClient(this.transport.as(someone));
    other.resources = this.resources;
    return other;
  }

  /**
   * Server-side apply that refuses unknown fields, and fields that belong to somebody else.
   * @param options.tryOnly judged by all that judges, whoever owns the fields, and not kept
   */
  public apply(object: Manifest, options: { readonly tryOnly?: boolean } = {}): Promise<Manifest> {
    return this.change(object, 'application/apply-patch+yaml', object, {
      fieldManager: FIELD_MANAGER,
      fieldValidation: 'Strict',
      ...(options.tryOnly === true ? { dryRun: 'All', force: 'true' } : {}),
    });
  }

  public merge(ref: ObjectRef, patch: unknown, subresource?: 'status' | 'scale'): Promise<Manifest> {
    return this.change(
      ref,
      'application/merge-patch+json',
      patch,
      { fieldManager: SOMEBODY_ELSE },
      subresource,
    );
  }

  public async create(object: Manifest): Promise<Manifest> {
    const path = await this.collection(object.apiVersion, object.kind, object.metadata.namespace);
    return (await this.transport.send({
      method: 'POST',
      path: `${path}?fieldValidation=Strict`,
      body: object,
    })) as Manifest;
  }

  public async get(ref: ObjectRef): Promise<Manifest> {
    return (await this.transport.send({ method: 'GET', path: await this.pathOf(ref) })) as Manifest;
  }

  /** `selector` is a query, e.g. `fieldSelector=spec.nodeName=a`. */
  public async list(
    apiVersion: string,
    kind: string,
    namespace?: string,
    selector?: string,
  ): Promise<Manifest[]> {
    const path = await this.collection(apiVersion, kind, namespace);
    const query = selector === undefined ? '' : `?${selector}`;
    const answer = await this.transport.send({ method: 'GET', path: `${path}${query}` });
    // Items of a list do not say again what they are.
    return listAt(answer, 'items').map((item) => ({ ...(item as Manifest), apiVersion, kind }));
  }

  /** Nothing happens if it is not there. */
  public async delete(ref: ObjectRef): Promise<void> {
    try {
      await this.transport.send({
        method: 'DELETE',
        path: `${await this.pathOf(ref)}?propagationPolicy=Background`,
      });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  }

  /** Whether the disruption budgets let the pod go now. A pod that is gone already counts as evicted. */
  public async evict(namespace: string, name: string): Promise<boolean> {
    const path = await this.pathOf({ apiVersion: 'v1', kind: 'Pod', namespace, name });
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name } };
    try {
      await this.transport.send({ method: 'POST', path: `${path}/eviction`, body });
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return true;
      if (error instanceof ApiError && error.status === 429) return false;
      throw error;
    }
  }

  /** Everything that is there, as `ADDED`, and then every change. */
  public async watch(
    apiVersion: string,
    kind: string,
    onEvent: (event: WatchEvent) => void,
    onEnd: (why: Error) => void,
  ): Promise<Stream> {
    const path = await this.collection(apiVersion, kind, undefined);
    const list = await this.transport.send({ method: 'GET', path });
    for (const item of listAt(list, 'items')) {
      onEvent({ type: 'ADDED', object: { ...(item as Manifest), apiVersion, kind } });
    }
    const since = textAt(list, 'metadata', 'resourceVersion') ?? '0';
    return this.transport.stream(
      `${path}?watch=1&resourceVersion=${since}`,
      (line) => {
        const event = JSON.parse(line) as WatchEvent | { readonly type: 'ERROR' };
        if (event.type === 'ERROR') onEnd(new Error(`watch of ${kind}: ${line}`));
        else onEvent(event);
      },
      onEnd,
    );
  }

  /** What the API server itself says that the asking user may do in the namespace. */
  public async rulesFor(namespace: string): Promise<Manifest> {
    return this.create({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      metadata: { name: '' },
      spec: { namespace },
    });
  }

  /**
   * What the server warned of so far in what was applied: deprecated versions, fields without effect, pods that Pod
   * Security would refuse.
   */
  public get warnings(): readonly string[] {
    return this.transport.warnings.filter((warning) => warning.startsWith('PATCH '));
  }

  /** Whether the server lists the kind now. */
  public async knows(apiVersion: string, kind: string): Promise<boolean> {
    const name = `${apiVersion} ${kind}`;
    if ((await this.resource(name)) !== undefined) return true;
    // It may be new since what it lists was looked up.
    this.resources = undefined;
    return (await this.resource(name)) !== undefined;
  }

  /** Whether it answers at all, and considers itself ready. */
  public async isReady(): Promise<boolean> {
    try {
      await this.transport.send({ method: 'GET', path: '/readyz' });
      return true;
    } catch {
      return false;
    }
  }

  public close(): void {
    this.transport.close();
  }

  private async change(
    ref: ObjectRef | Manifest,
    contentType: string,
    body: unknown,
    query: Readonly<Record<string, string>>,
    subresource?: string,
  ): Promise<Manifest> {
    const path = `${await this.pathOf(ref)}${subresource === undefined ? '' : `/${subresource}`}`;
    return (await this.transport.send({
      method: 'PATCH',
      path: `${path}?${new URLSearchParams(query).toString()}`,
      body,
      contentType,
    })) as Manifest;
  }

  private async pathOf(ref: ObjectRef | Manifest): Promise<string> {
    const { name, namespace } = 'metadata' in ref ? ref.metadata : ref;
    return `${await this.collection(ref.apiVersion, ref.kind, namespace)}/${name}`;
  }

  private async collection(apiVersion: string, kind: string, namespace: string | undefined): Promise<string> {
    const resource = await this.resource(`${apiVersion} ${kind}`);
    if (resource === undefined) throw new Error(`the API server knows no ${kind} of ${apiVersion}`);
    const scope = resource.isNamespaced && namespace !== undefined ? `namespaces/${namespace}/` : '';
    return `${resource.path}/${scope}${resource.plural}`;
  }

  private async resource(kind: string): Promise<Resource | undefined> {
    this.resources ??= this.discover();
    return (await this.resources).get(kind);
  }

  private async discover(): Promise<ReadonlyMap<string, Resource>> {
    const answers = await Promise.all(
      ['/api', '/apis'].map((path) => this.transport.send({ method: 'GET', path, accept: DISCOVERY })),
    );
    const groups = answers.flatMap((answer) => listAt(answer, 'items'));
    return new Map(groups.flatMap(resourcesOf));
  }
}

function resourcesOf(group: unknown): [string, Resource][] {
  const name = textAt(group, 'metadata', 'name') ?? '';
  return listAt(group, 'versions').flatMap((entry) => {
    const version = textAt(entry, 'version') ?? '';
    const apiVersion = name === '' ? version : `${name}/${version}`;
    const path = name === '' ? `/api/${version}` : `/apis/${apiVersion}`;
    return listAt(entry, 'resources').map((resource): [string, Resource] => [
      `${apiVersion} ${textAt(fieldsAt(resource, 'responseKind'), 'kind') ?? ''}`,
      {
        path,
        plural: textAt(resource, 'resource') ?? '',
        isNamespaced: textAt(resource, 'scope') === 'Namespaced',
      },
    ]);
  });
}
