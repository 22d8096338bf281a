/**
 * The end of composition: everything that needs the whole graph is derived, the model is checked, and every problem
 * is thrown at once.
 */
import { checkModel } from './model-checks';
import { addNetworkAccess } from './network-access';
import { checkOutageBudget } from './outage-budget';
import type { Platform } from './platform';

/** @throws ConfigError with every problem of the environment */
export function complete(platform: Platform): void {
  platform.runDerivers();
  addNetworkAccess(platform);
  checkModel(platform);
  checkOutageBudget(platform);
  platform.throwProblems();
}
