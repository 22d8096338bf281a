/**
 * `$(NAME)` in commands, arguments and values, as the kubelet replaces it: a name that nobody defined stays as it is,
 * and `$$` stands for one `$`, so that `$$(NAME)` is the text `$(NAME)`.
 */
export function expandVariables(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (found, name: string | undefined) => {
    if (name === undefined) return '$';
    return Object.hasOwn(variables, name) ? (variables[name] ?? found) : found;
  });
}
