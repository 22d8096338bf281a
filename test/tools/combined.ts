/** Several recipes for one tool, for programs that come with files or with other programs. */
import type { Recipe } from './tool';

export function combined(...recipes: readonly [Recipe, ...Recipe[]]): Recipe {
  return {
    kind: recipes.map(({ kind }) => kind).join(', '),
    revision: 1,
    inputs: recipes.map(({ kind, revision, inputs }) => ({ kind, revision, inputs })),
    run: async (build) => {
      for (const recipe of recipes) await recipe.run(build);
    },
  };
}
