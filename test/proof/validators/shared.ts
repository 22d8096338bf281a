/** What the judgements of a test file share because it is costly to start: made when first asked for, ended with the file. */
const endings: (() => void | Promise<void>)[] = [];

export function shared<T>(start: () => Promise<T>, end: (made: T) => void | Promise<void>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    if (made === undefined) {
      const starting = start();
      made = starting;
      // What did not start has nothing to end.
      endings.push(() => starting.then(end, () => undefined));
    }
    return made;
  };
}

export async function endShared(): Promise<void> {
  for (const ending of endings.splice(0).reverse()) await ending();
}
