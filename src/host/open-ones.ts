// Connections that are open. In: those that come and go. Out: the moment when none is left.

export class OpenOnes<One> extends Set<One> {
  #waiting: (() => void)[] = [];

  override delete(one: One): boolean {
    const wasOpen = super.delete(one);
    if (wasOpen && this.size === 0) for (const resolve of this.#waiting.splice(0)) resolve();
    return wasOpen;
  }

  /** Resolves when none is left. */
  none(): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

interface Ending {
  /** Ends it at once, whatever is under way. */
  cut(): void;
  /** Ends it once what was asked is answered. */
  finish(): void;
}

/** Ends all that are open, and resolves when they are gone. */
export function endAll(open: OpenOnes<Ending>, force: boolean): Promise<void> {
  for (const one of [...open]) {
    if (force) one.cut();
    else one.finish();
  }
  return open.none();
}
