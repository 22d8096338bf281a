/**
 * Identifiers of connections: `from → party/endpoint`. One party may connect to one port for several purposes (lines are
 * written and read back); those after the first bear theirs, so that each has an identifier of its own, and keeps it
 * while others come and go.
 */
export interface NamedConnection {
  readonly from: string;
  /** The endpoint's identifier. */
  readonly to: string;
  readonly purpose: string;
}

/** In the order of the connections. */
export function connectionIds(connections: readonly NamedConnection[]): string[] {
  const taken = new Set<string>();
  return connections.map(({ from, to, purpose }) => {
    const plain = `${from} → ${to}`;
    let id = taken.has(plain) ? `${plain} (${purpose})` : plain;
    for (let count = 2; taken.has(id); count += 1) id = `${plain} (${purpose}, ${count})`;
    taken.add(id);
    return id;
  });
}
