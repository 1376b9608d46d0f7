// One at a time, in the order of asking. In: async work. Out: its outcome, after everything asked for before it.

export type Turns = <Value>(run: () => Promise<Value>) => Promise<Value>;

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (run) => {
    const turn = last.then(run, run);
    // The next turn waits for the end of this one, whatever it is; who asked sees the failure.
    last = turn.catch(() => undefined);
    return turn;
  };
}
