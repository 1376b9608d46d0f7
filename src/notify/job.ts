// An occasion while it is told. In: its row, the page. Out: the page as it is told of, corrected as long as that is allowed; who is meant.
import { type Occasion, occasionId } from "../model/occasion.ts";
import type { PageView } from "../model/view.ts";
import type { JobRow } from "../store/outbox-rows.ts";
import { type Audience, audienceOf } from "./meant.ts";
import { correctedUntil, keptOf, textOf, viewWith } from "./texts.ts";

/** What a look at the page came to. */
export type Looked = "same" | "corrected" | "settled" | "taken-back";

export class Job {
  readonly number: number;
  readonly occasion: Occasion;
  readonly name: string;
  readonly occurredMs: number;
  /** Null where the page is gone: then nobody is told. */
  view: PageView | null;
  audience: Audience;
  #row: JobRow;
  #print: string | null;

  constructor(number: number, row: JobRow, view: PageView | null) {
    this.number = number;
    this.occasion = row.occasion;
    this.name = occasionId(row.occasion);
    this.occurredMs = row.occurredMs;
    this.#row = row;
    this.view = view && viewWith(view, row.told);
    this.audience = audienceOf(row.occasion, this.view);
    this.#print = this.#textIn(this.view)?.print ?? null;
  }

  get row(): JobRow {
    return this.#row;
  }

  get page(): string {
    return this.occasion.page;
  }

  get isOwn(): boolean {
    return "subscriber" in this.occasion;
  }

  /** Until when corrections reach who was not told yet; null: what it says stays. */
  get openUntilMs(): number | null {
    if (this.isOwn || this.#row.told !== null || this.#row.state !== "open") return null;
    return this.occasion.kind === "component" ? null : correctedUntil(this.occurredMs);
  }

  /** Before what: the own subscription, what happens, what will. */
  get turn(): 0 | 1 | 2 {
    if (this.isOwn) return 0;
    return this.occasion.kind === "reminder" ? 2 : 1;
  }

  /** Looks at the page as it is now. */
  look(view: PageView | null, nowMs: number): Looked {
    const until = this.openUntilMs;
    if (until === null) return "same";
    const text = this.#textIn(view);
    const inTime = nowMs < until || (text !== null && text.changedMs <= until);
    if (text === null && nowMs < until) return "taken-back";
    let looked: Looked = "same";
    if (text !== null && inTime && text.print !== this.#print) {
      this.view = view;
      this.audience = audienceOf(this.occasion, view);
      this.#print = text.print;
      this.#row = { ...this.#row, revision: this.#row.revision + 1 };
      looked = "corrected";
    }
    if (nowMs < until || this.view === null) return looked;
    this.#row = { ...this.#row, told: keptOf(this.view, this.occasion) };
    return "settled";
  }

  end(state: "done" | "cancelled", endedMs: number): void {
    this.#row = { ...this.#row, state, endedMs };
  }

  reopen(): void {
    this.#row = { ...this.#row, state: "open", endedMs: null };
  }

  #textIn(view: PageView | null) {
    return view === null || "subscriber" in this.occasion ? null : textOf(view, this.occasion);
  }
}
