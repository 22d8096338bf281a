/**
 * The tags on everything that takes tags: whose it is, and who pays for it.
 */
import { Type, type Static } from '@sinclair/typebox';

/** Whom an environment's resources belong to: an operator's decision. */
export const Ownership = Type.Object(
  {
    /** Team that answers for the environment. */
    owner: Type.String({ minLength: 1, maxLength: 64 }),
    /** Where the bill goes. */
    costCentre: Type.String({ minLength: 1, maxLength: 64 }),
  },
  { additionalProperties: false },
);
export type Ownership = Static<typeof Ownership>;

export type Tags = Readonly<Record<string, string>>;

/** The same keys in every cloud: lower case, with hyphens, which Azure and AWS both take. */
export function defaultTags(
  { system, environment }: { readonly system: string; readonly environment: string },
  { owner, costCentre }: Ownership,
): Tags {
  return { system, environment, owner, 'cost-centre': costCentre, 'managed-by': 'hyperion' };
}
