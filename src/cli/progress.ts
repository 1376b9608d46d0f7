// How a long job tells where it is. In: steps as they happen. Out: one line that is rewritten on a terminal, plain lines elsewhere.
import type { Context } from "./flags.ts";

export interface Progress {
  /** The step that is under way. */
  step(line: string): void;
  /** The line on the terminal goes; what was written elsewhere stays. */
  end(): void;
}

// Up one line, and clear it: each step is a whole line, so that what else is written never runs into it.
const replaceLine = "\u001b[1A\u001b[2K";

export function createProgress({ terminal, err }: Pick<Context, "terminal" | "err">): Progress {
  let shown = false;
  return {
    step(line) {
      err(terminal && shown ? `${replaceLine}${line}` : line);
      shown = true;
    },
    end() {
      if (terminal && shown) err(`${replaceLine}\u001b[1A`);
      shown = false;
    },
  };
}
