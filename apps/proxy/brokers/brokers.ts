/**
 * The brokers of the moment, by ordinal, each asked for its health at an interval.
 */
import { preferenceOf } from '../core/rendezvous';
import type { Broker } from './broker';

export interface Member {
  readonly ordinal: number;
  readonly url: string;
}

export interface BrokersOptions {
  readonly makeBroker: (member: Member) => Broker;
  readonly probeIntervalMs: number;
  readonly probeTimeoutMs: number;
}

export class Brokers {
  private readonly byOrdinal = new Map<number, Broker>();
  private readonly probes = new Map<Broker, NodeJS.Timeout>();
  private turn = Math.floor(Math.random() * 16);
  public ordinals: readonly number[] = [];
  public all: readonly Broker[] = [];

  public constructor(private readonly options: BrokersOptions) {}

  /** Resolves when all that are new have been asked for their health. */
  public async set(members: readonly Member[]): Promise<void> {
    const first: Promise<void>[] = [];
    for (const broker of this.all) {
      if (members.some(({ ordinal, url }) => ordinal === broker.ordinal && url === broker.url)) continue;
      this.byOrdinal.delete(broker.ordinal);
      void this.dismiss(broker);
    }
    for (const member of members) {
      if (this.byOrdinal.has(member.ordinal)) continue;
      const broker = this.options.makeBroker(member);
      this.byOrdinal.set(member.ordinal, broker);
      first.push(this.watchOver(broker));
    }
    this.all = [...this.byOrdinal.values()].sort((a, b) => a.ordinal - b.ordinal);
    this.ordinals = this.all.map(({ ordinal }) => ordinal);
    await Promise.all(first);
  }

  public get(ordinal: number): Broker | undefined {
    return this.byOrdinal.get(ordinal);
  }

  /**
   * Those that are well, each time beginning with another. When none is, all: what is known of their health may be wrong
   * (a proxy that is too busy to hear answers finds everybody silent), and a broker that is down refuses at once.
   */
  public inTurn(): Broker[] {
    const well = this.all.filter(({ isIn }) => isIn);
    return this.rotate(well.length === 0 ? this.all : well);
  }

  /**
   * In what order to try brokers for a message: those that are well by preference of the key, or in turn; then those that
   * have said they are full; when there are none of these, the others (see `inTurn`).
   */
  public forMessage(key: string | undefined): Broker[] {
    const all = key === undefined ? this.rotate(this.all) : this.byPreference(key);
    const well = all.filter(({ isIn }) => isIn);
    if (well.length === 0) return all;
    return [
      ...well.filter(({ takesMessages }) => takesMessages),
      ...well.filter((each) => !each.takesMessages),
    ];
  }

  public byPreference(key: string): Broker[] {
    return preferenceOf(key, this.ordinals).flatMap((ordinal) => this.byOrdinal.get(ordinal) ?? []);
  }

  public notReadyBecause(): string[] {
    if (this.all.some(({ isIn }) => isIn)) return [];
    if (this.all.length === 0) return ['no broker is known'];
    return this.all.map(
      (broker) => `broker ${broker.ordinal}: ${broker.health.lastFailure ?? 'not asked yet'}`,
    );
  }

  public async close(): Promise<void> {
    await Promise.all(this.all.map((broker) => this.dismiss(broker)));
  }

  private rotate(brokers: readonly Broker[]): Broker[] {
    this.turn = (this.turn + 1) % 0x10000;
    const start = this.turn % Math.max(1, brokers.length);
    return [...brokers.slice(start), ...brokers.slice(0, start)];
  }

  private async watchOver(broker: Broker): Promise<void> {
    let isProbing = false;
    const probe = async (): Promise<void> => {
      if (isProbing) return;
      isProbing = true;
      await broker.probe(this.options.probeTimeoutMs);
      isProbing = false;
    };
    const timer = setInterval(() => void probe(), this.options.probeIntervalMs);
    timer.unref();
    this.probes.set(broker, timer);
    await probe();
  }

  private async dismiss(broker: Broker): Promise<void> {
    clearInterval(this.probes.get(broker));
    this.probes.delete(broker);
    await broker.close();
  }
}
