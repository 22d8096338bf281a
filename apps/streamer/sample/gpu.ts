/**
 * One simulated GPU: jobs come and go, power follows the work, temperature follows power, and clocks fall when it is too
 * hot. Only + - * / : other functions may differ in the last digit between machines. Figures are an H100 SXM's.
 */
import type { GpuFault } from './faults';

export interface GpuState {
  readonly utilization: number;
  readonly memoryUtilization: number;
  readonly temperatureC: number;
  readonly powerW: number;
  readonly smClockMhz: number;
  readonly memoryClockMhz: number;
  readonly usedMib: number;
  readonly freeMib: number;
  readonly xid: number;
  readonly doubleBitErrors: number;
  readonly job: Job | undefined;
}

export interface Job {
  readonly pod: string;
  readonly namespace: string;
  readonly endS: number;
  readonly intensity: number;
  readonly usedMib: number;
}

const MEMORY_MIB = 81_559;
const IDLE = { powerW: 70, smClockMhz: 345, usedMib: 4 };
const FULL = { powerW: 690, smClockMhz: 1980, memoryClockMhz: 2619 };
const AMBIENT_C = 26;
/** What a watt heats, with all fans running: 700 W make 70 °C. */
const HEAT_C_PER_W = 0.063;
const BLOCKED_AIR = 1.75;
/** Clocks fall from here, by so much for each degree. */
const THROTTLE_C = 87;
const THROTTLE_MHZ_PER_C = 140;
/** How much of the way to its final temperature a GPU goes in 30 s. */
const WARMING = 0.22;
const NAMESPACES = ['training', 'inference', 'research'];
const XID_DOUBLE_BIT = 48;

export class Gpu {
  private temperatureC = 34;
  private job: Job | undefined;
  private nextJobS: number;
  private jobs = 0;
  private doubleBitErrors = 0;

  public constructor(
    private readonly name: string,
    private readonly random: () => number,
  ) {
    this.nextJobS = random() * 1200;
  }

  public step(atS: number, stepS: number, fault: GpuFault): GpuState {
    this.schedule(atS);
    const { job } = this;
    const intensity = job?.intensity ?? 0;
    const utilization = job === undefined ? 0 : between(0, 100, intensity * 100 + this.noise(6));
    const wantedW = IDLE.powerW + (utilization / 100) * (FULL.powerW - IDLE.powerW);
    const overC = Math.max(0, this.temperatureC - THROTTLE_C);
    const fullClock = job === undefined ? IDLE.smClockMhz : FULL.smClockMhz;
    const smClockMhz = Math.max(IDLE.smClockMhz, fullClock - overC * THROTTLE_MHZ_PER_C);
    const powerW = wantedW * (0.35 + (0.65 * smClockMhz) / fullClock) + this.noise(4);
    const goalC = AMBIENT_C + powerW * HEAT_C_PER_W * (fault.isAirBlocked ? BLOCKED_AIR : 1);
    this.temperatureC += (goalC - this.temperatureC) * Math.min(1, (WARMING * stepS) / 30);
    if (fault.hasDoubleBitError) this.doubleBitErrors += 1;
    const usedMib = job?.usedMib ?? IDLE.usedMib;
    return {
      utilization: Math.round(utilization),
      memoryUtilization: Math.round(utilization * 0.6),
      temperatureC: Math.round(this.temperatureC),
      powerW,
      smClockMhz: Math.round(smClockMhz / 15) * 15,
      memoryClockMhz: FULL.memoryClockMhz,
      usedMib,
      freeMib: MEMORY_MIB - usedMib,
      // Stays until the driver is loaded anew.
      xid: this.doubleBitErrors > 0 ? XID_DOUBLE_BIT : 0,
      doubleBitErrors: this.doubleBitErrors,
      job,
    };
  }

  private schedule(atS: number): void {
    if (this.job !== undefined && atS >= this.job.endS) {
      this.job = undefined;
      this.nextJobS = atS + 60 + this.random() * 600;
    }
    if (this.job !== undefined || atS < this.nextJobS) return;
    this.jobs += 1;
    const namespace = NAMESPACES[Math.floor(this.random() * NAMESPACES.length)] ?? '';
    this.job = {
      namespace,
      pod: `${namespace}-${this.name}-${this.jobs}`,
      endS: atS + 600 + this.random() * 3000,
      intensity: 0.45 + this.random() * 0.53,
      usedMib: Math.round(MEMORY_MIB * (0.2 + this.random() * 0.75)),
    };
  }

  private noise(size: number): number {
    return (this.random() - 0.5) * size;
  }
}

function between(low: number, high: number, value: number): number {
  return Math.min(high, Math.max(low, value));
}
