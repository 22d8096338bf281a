/** Every tool, in the order in which a full build makes them: what most proofs wait for comes first. */
import { amtool } from './amtool';
import { crds } from './crds';
import { helm } from './helm';
import { kafka } from './kafka';
import { kubernetesSchemas } from './kubernetes-schemas';
import { kyverno } from './kyverno';
import { loki } from './loki';
import { otelcol } from './otelcol';
import { prometheus } from './prometheus';
import { telemetrygen } from './telemetrygen';
import { victoriaMetrics } from './victoria-metrics';

export const TOOLS = [
  kubernetesSchemas,
  crds,
  otelcol,
  loki,
  kyverno,
  helm,
  prometheus,
  kafka,
  amtool,
  victoriaMetrics,
  telemetrygen,
] as const;

export type ToolName = (typeof TOOLS)[number]['name'];
