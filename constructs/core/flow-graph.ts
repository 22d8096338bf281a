/**
 * Every party, endpoint and connection of one environment. NetworkPolicies, Service ports, scrape targets, data
 * sources, start order, outage budgets and the diagram are all read off this graph.
 */
import type { Credential } from './credential';
import type { Delivery, Load } from './delivery';
import { TELEMETRY, type AnyEndpoint, type Signal } from './endpoint';
import type { Party } from './party';

export interface Connection {
  readonly from: Party;
  readonly to: AnyEndpoint;
  readonly signals: readonly Signal[];
  readonly delivery: Delivery;
  /** What the client presents; undefined where it presents nothing. */
  readonly credential: Credential | undefined;
  /** Declared load; undefined where the connection carries no telemetry. */
  readonly load: Load | undefined;
  /** Why it exists, in a few words, e.g. `spans to the trace store`. */
  readonly purpose: string;
}

export class FlowGraph {
  private readonly partiesById = new Map<string, Party>();
  private readonly endpointList: AnyEndpoint[] = [];
  private readonly connectionList: Connection[] = [];
  private readonly duplicateIds: string[] = [];

  public addParty(party: Party): void {
    if (this.partiesById.has(party.id)) this.duplicateIds.push(party.id);
    else this.partiesById.set(party.id, party);
  }

  public addEndpoint(endpoint: AnyEndpoint): void {
    this.endpointList.push(endpoint);
  }

  public addConnection(connection: Connection): void {
    this.connectionList.push(connection);
  }

  public get parties(): readonly Party[] {
    return [...this.partiesById.values()];
  }

  public get endpoints(): readonly AnyEndpoint[] {
    return this.endpointList;
  }

  public get connections(): readonly Connection[] {
    return this.connectionList;
  }

  /** Names that two parties claim. */
  public get duplicates(): readonly string[] {
    return this.duplicateIds;
  }

  public into(party: Party): readonly Connection[] {
    return this.connectionList.filter((c) => c.to.owner === party);
  }

  public outOf(party: Party): readonly Connection[] {
    return this.connectionList.filter((c) => c.from === party);
  }

  public endpointsOf(party: Party): readonly AnyEndpoint[] {
    return this.endpointList.filter((e) => e.owner === party);
  }
}

/** Whether logs, metrics or traces flow over it, and not only what the platform exchanges with itself. */
export function carriesTelemetry({ signals }: Connection): boolean {
  const telemetry: readonly Signal[] = TELEMETRY;
  return signals.some((signal) => telemetry.includes(signal));
}

/** Name of a connection for messages, e.g. `otel-ingress → loki/otlp`. */
export function connectionName(connection: Connection): string {
  return `${connection.from.id} → ${connection.to.id}`;
}
