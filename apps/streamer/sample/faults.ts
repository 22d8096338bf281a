/** What goes wrong in the sample: where, and in which part of its time. */
export interface GpuFault {
  readonly isAirBlocked: boolean;
  readonly hasDoubleBitError: boolean;
}

/** Host and GPU count from 0; `from` and `to` are parts of the whole time. */
const FAULTS = {
  /** Its air is blocked: it gets too hot, and throttles. */
  overheating: { host: 1, gpu: 5, from: 0.4, to: 0.7 },
  /** The exporter of this host sends nothing. */
  droppedExporter: { host: 2, from: 0.5, to: 0.6 },
  /** Uncorrectable memory errors, XID 48 with the first. */
  memoryErrors: { host: 3, gpu: 2, at: [0.65, 0.72, 0.9] },
} as const;

export function isExporterAway(host: number, part: number): boolean {
  const { droppedExporter: fault } = FAULTS;
  return host === fault.host && part >= fault.from && part < fault.to;
}

/** `part` is where the step stands in the whole, `nextPart` where the next one does. */
export function faultOf(host: number, gpu: number, part: number, nextPart: number): GpuFault {
  const { overheating, memoryErrors } = FAULTS;
  const isHot = host === overheating.host && gpu === overheating.gpu;
  const hasErrors = host === memoryErrors.host && gpu === memoryErrors.gpu;
  return {
    isAirBlocked: isHot && part >= overheating.from && part < overheating.to,
    hasDoubleBitError: hasErrors && memoryErrors.at.some((at) => part <= at && at < nextPart),
  };
}
