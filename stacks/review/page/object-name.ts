/** An object's identifier, `Kind namespace/name` or `Kind name`, in its parts. Free of the DOM. */
export interface ObjectName {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export function objectName(id: string): ObjectName {
  const [kind = '', ...rest] = id.split(' ');
  const path = rest.join(' ');
  const slash = path.indexOf('/');
  return slash < 0
    ? { kind, namespace: '', name: path }
    : { kind, namespace: path.slice(0, slash), name: path.slice(slash + 1) };
}
