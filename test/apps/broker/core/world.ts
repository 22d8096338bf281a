/**
 * A partition, a producer, a consumer and a failing machine, with a model beside them that knows what was promised. It
 * breaks off as soon as a promise is broken:
 *
 * 1. Only what was published is delivered, as it was published; what was refused for want of room never is.
 * 2. A message has one delivery at a time. An acknowledged one is not delivered again by the same process.
 * 3. First deliveries come in the order of offsets.
 * 4. Memory holds no more messages than it may, the disk no more bytes.
 * 5. In the end, every accepted message was acknowledged or has become a dead letter; in memory mode, a crash may lose
 *    what was in memory, and no more.
 */
import { LogFullError, LogStoppedError } from '../../../../apps/broker/core/log';
import { Partition, type Held, type MemoryShare } from '../../../../apps/broker/core/partition';
import { DiskBudget } from '../../../../apps/broker/storage/disk-budget';
import { SegmentLog } from '../../../../apps/broker/storage/segment-log';
import { SimulatedDisk } from '../storage/simulated-disk';

export type Durability = 'memory' | 'flush' | 'fsync';

type Fate =
  /** Publishing has no answer yet, or the answer was that nobody knows. */
  | 'unknown'
  | 'accepted'
  | 'refused'
  /** Acknowledged, or a dead letter that found its place. */
  | 'done';

interface Delivered {
  readonly offset: number;
  readonly attempt: number;
  readonly id: number;
  deadlineMs: number;
}

const SETTINGS = {
  queueSize: 8,
  maxAttempts: 4,
  segmentBytes: 2048,
  diskBytes: 24 * 1024,
  visibilityMs: 1000,
};
/** Notes of acknowledgements, and what two stops write of memory, may pass the budget. */
const OVERDRAFT_BYTES = 4 * 1024 + 2 * 8 * 650;

export class World {
  public steadyMs = 0;
  public wallMs = 1_000_000;
  public disk = new SimulatedDisk();
  public crashes = 0;
  public lost = 0;
  private readonly fates: Fate[] = [];
  private readonly inFlight = new Map<number, Delivered>();
  private readonly everDelivered = new Set<number>();
  /** Receipts that are over, to be tried again. */
  private readonly over: Delivered[] = [];
  private partition!: Partition;
  private budget!: DiskBudget;
  private memory!: MemoryShare;
  private lastFirstOffset = -1;
  private mayLose = 0;
  /** Acknowledgements are not waited for: a crash or a failing disk forgets some, which consumers are told. */
  private mayRepeat = false;
  private failure: Error | undefined;

  private constructor(private readonly durability: Durability) {}

  public static async create(durability: Durability): Promise<World> {
    const world = new World(durability);
    await world.open();
    return world;
  }

  /** Lets everything happen that needs no time. */
  public async calm(): Promise<void> {
    for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
    if (this.failure !== undefined) throw this.failure;
    if (this.disk.crashed) await this.restart(0);
    const { ready, inFlight } = this.partition.depths;
    this.check(ready + inFlight <= SETTINGS.queueSize, `${ready} + ${inFlight} messages in memory`);
    const limit = SETTINGS.diskBytes + OVERDRAFT_BYTES;
    this.check(this.budget.usedBytes <= limit, `${this.budget.usedBytes} bytes on disk`);
  }

  /** Does not wait for the answer. */
  public publish(count: number, bodyLength: number): void {
    const first = this.fates.length;
    const drafts = Array.from({ length: count }, (_, i) => ({ body: body(first + i, bodyLength) }));
    for (let i = 0; i < count; i += 1) this.fates.push('unknown');
    const { partition, disk } = this;
    const answer = (fate: Fate): void => {
      // A dead process answers nobody.
      if (this.disk !== disk) return;
      // By now it may have been delivered, and done.
      for (let id = first; id < first + count; id += 1)
        if (this.fates[id] === 'unknown') this.fates[id] = fate;
    };
    void partition.publish(drafts).then(
      () => {
        answer('accepted');
      },
      (error: unknown) => {
        if (error instanceof LogFullError) answer('refused');
        else if (!(error instanceof LogStoppedError)) this.failure = error as Error;
      },
    );
  }

  public receive(count: number): void {
    this.forgetExpired();
    const room = { maxCount: count, maxBytes: 1_000_000 };
    for (const message of this.partition.receive(room, SETTINGS.visibilityMs)) this.deliver(message);
  }

  public acknowledge(which: number): void {
    const delivery = this.pick(which);
    if (delivery === undefined) return;
    const outcome = this.partition.acknowledge(delivery.offset, delivery.attempt);
    this.checkOutcome(outcome, delivery);
    if (outcome === 'done') this.finish(delivery, 'done');
  }

  public reject(which: number, deadLetter: boolean): void {
    const delivery = this.pick(which);
    if (delivery === undefined) return;
    // First, because a dead letter is told of before the call returns.
    const isGood = this.isGood(delivery);
    if (isGood) this.finish(delivery);
    const outcome = this.partition.reject(delivery.offset, delivery.attempt, 'no', deadLetter);
    this.check((outcome === 'done') === isGood, `reject: ${outcome}`);
  }

  public extend(which: number): void {
    const delivery = this.pick(which);
    if (delivery === undefined) return;
    const outcome = this.partition.extend(delivery.offset, delivery.attempt, SETTINGS.visibilityMs * 2);
    this.checkOutcome(outcome, delivery);
    if (outcome === 'done') delivery.deadlineMs = this.steadyMs + SETTINGS.visibilityMs * 2;
  }

  public tick(): void {
    this.forgetExpired();
    this.partition.tick();
  }

  /** A kill, or power loss when the log promises to survive it: then `keptPart` of what was not synced is left. */
  public async restart(keptPart: number): Promise<void> {
    const { ready, inFlight } = this.partition.depths;
    this.mayLose += this.durability === 'memory' ? ready + inFlight : 0;
    this.crashes += 1;
    this.mayRepeat = true;
    this.disk.crashed = true;
    this.disk = this.durability === 'fsync' ? this.disk.afterPowerLoss(keptPart) : this.disk.afterKill();
    this.lastFirstOffset = -1;
    await this.open();
  }

  public async stopAndStart(): Promise<void> {
    const before = this.partition;
    const closed = before.close().then(
      () => true,
      () => false,
    );
    for (let i = 0; i < 40; i += 1) await new Promise((resolve) => setImmediate(resolve));
    if (this.disk.crashed || !(await closed)) {
      await this.restart(0);
      return;
    }
    this.mayRepeat ||= this.disk.failures > 0;
    this.disk = this.disk.afterKill();
    await this.open();
  }

  /** The disk works again; everything that is left is received and acknowledged. Checks that nothing is missing. */
  public async drain(): Promise<void> {
    await this.calm();
    this.disk.heal();
    if (this.partition.stoppedBecause !== undefined) await this.restart(1);
    this.steadyMs += SETTINGS.visibilityMs * 4;
    for (let idle = 0; idle < 3;) {
      this.tick();
      await this.calm();
      this.receive(SETTINGS.queueSize);
      idle = this.inFlight.size === 0 ? idle + 1 : 0;
      for (const delivery of [...this.inFlight.values()]) {
        this.checkOutcome(this.partition.acknowledge(delivery.offset, delivery.attempt), delivery);
        this.finish(delivery, 'done');
      }
    }
    const missing = this.fates.flatMap((fate, id) => (fate === 'accepted' ? [id] : []));
    this.lost = missing.length;
    this.check(missing.length <= this.mayLose, `lost: ${missing.join(', ')}; allowed: ${this.mayLose}`);
    const { ready, inFlight, onDisk } = this.partition.depths;
    this.check(ready + inFlight + onDisk === 0, `left over: ${ready}, ${inFlight}, ${onDisk}`);
    this.check(this.memory.usedBytes === 0, `memory that nobody uses: ${this.memory.usedBytes}`);
    this.tick();
    await this.calm();
    const onDiskBytes = [...this.disk.files].reduce(
      (sum, [path, { bytes }]) => (path.includes('/damaged/') ? sum : sum + bytes.length),
      0,
    );
    this.check(this.budget.usedBytes === onDiskBytes, `${this.budget.usedBytes} booked, ${onDiskBytes} used`);
  }

  private async open(): Promise<void> {
    this.inFlight.clear();
    this.over.length = 0;
    this.budget = new DiskBudget(SETTINGS.diskBytes);
    this.memory = { limitBytes: 1_000_000, usedBytes: 0 };
    this.disk.heal();
    const log = await SegmentLog.open({
      disk: this.disk,
      folder: 'p',
      fsync: this.durability === 'fsync',
      segmentBytes: SETTINGS.segmentBytes,
      budget: this.budget,
      report: (finding) => {
        this.check(finding.kind === 'unfinished', `damage that nobody did: ${JSON.stringify(finding)}`);
      },
    });
    const partition: Partition = new Partition({
      log,
      clock: { wallMs: () => this.wallMs, steadyMs: () => this.steadyMs },
      memory: this.memory,
      queueSize: SETTINGS.queueSize,
      logFirst: this.durability !== 'memory',
      maxAttempts: SETTINGS.maxAttempts,
      onReady: () => undefined,
      onExhausted: (message) => {
        // Every second dead letter finds no room.
        queueMicrotask(() => {
          if (this.partition !== partition) return;
          if (message.offset % 2 === 0) partition.returnLeaving(message.offset);
          else {
            partition.settleLeaving(message.offset);
            this.fates[idOf(message.body)] = 'done';
          }
        });
      },
    });
    this.partition = partition;
  }

  private deliver(message: Held): void {
    const id = idOf(message.body);
    const fate = this.fates[id];
    this.check(fate !== undefined && message.body === body(id, message.body.length), 'never published');
    this.check(fate !== 'refused', `${id} was refused, and is delivered`);
    this.check(!this.inFlight.has(id), `${id} is delivered twice at a time`);
    this.check(fate !== 'done' || this.mayRepeat, `${id} is done, and is delivered`);
    if (!this.everDelivered.has(id)) {
      this.check(message.offset > this.lastFirstOffset, `${message.offset} after ${this.lastFirstOffset}`);
      this.lastFirstOffset = message.offset;
    }
    this.everDelivered.add(id);
    const deadlineMs = this.steadyMs + SETTINGS.visibilityMs;
    this.inFlight.set(id, { offset: message.offset, attempt: message.attempts, id, deadlineMs });
  }

  private pick(which: number): Delivered | undefined {
    const all = [...this.inFlight.values(), ...this.over.slice(-4)];
    return all[which % Math.max(1, all.length)];
  }

  private isGood(delivery: Delivered): boolean {
    return this.inFlight.get(delivery.id) === delivery && delivery.deadlineMs > this.steadyMs;
  }

  private checkOutcome(outcome: string, delivery: Delivered): void {
    const expected = this.isGood(delivery) ? 'done' : 'stale';
    this.check(outcome === expected, `${delivery.id}: ${outcome}, should be ${expected}`);
  }

  private finish(delivery: Delivered, fate?: Fate): void {
    this.inFlight.delete(delivery.id);
    this.over.push(delivery);
    if (fate !== undefined) this.fates[delivery.id] = fate;
  }

  private forgetExpired(): void {
    for (const delivery of [...this.inFlight.values()]) {
      if (delivery.deadlineMs <= this.steadyMs) this.finish(delivery);
    }
  }

  private check(holds: boolean, otherwise: string): void {
    if (!holds) throw new Error(otherwise);
  }
}

function body(id: number, length: number): string {
  return `${id}:`.padEnd(length, 'ä');
}

function idOf(text: string): number {
  return Number(text.split(':')[0]);
}
