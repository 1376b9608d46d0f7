// Does what follows from claims, one subject after the other. In: subjects to look at. Out: commands, rows and entries of the audit, each act in one
// transaction. What is refused or fails is said once and looked at again.
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { PageView } from "../model/view.ts";
import type { Change } from "../store/commit.ts";
import { type Act, act, type Claim, type Held } from "./acting.ts";
import { createHands, monitorActor } from "./hands.ts";
import type { MonitorOptions } from "./monitor.ts";

export interface DeedsOptions extends MonitorOptions {
  newId(): string;
  claimsOn(view: PageView, subject: string): readonly Claim[];
  stillThere(view: PageView, subject: string, held: Held): boolean;
}

export interface Deeds {
  /** Takes what was done before a restart. */
  restore(page: string, held: readonly (readonly [subject: string, held: Held])[]): void;
  look(page: string, subject: string): void;
  /** These, and all of the page for which something was done. */
  lookAtAll(view: PageView, subjects: readonly string[]): void;
  /** To be kept with the next write. */
  keep(change: Change): void;
  /** Goes on with what waits, and with what failed a while ago. */
  wake(): void;
  start(): void;
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export function createDeeds(options: DeedsOptions): Deeds {
  const { ledger, rows, clock, log, metrics, claimsOn, stillThere } = options;
  const done = metrics.counter("monitor_acts_total", "What the monitor did, by what it was.", "deed");
  const hands = createHands(ledger);
  /** By page and subject. */
  const held = new Map<string, Map<string, Held>>();
  const waiting = new Map<string, readonly [page: string, subject: string]>();
  const failing = new Map<string, { readonly sentence: string; readonly againMs: number }>();
  /** By key: of what changes often while the disk is full, the last is kept. */
  let unkept = new Map<string, Change>();
  let running: Promise<void> | null = null;
  let live = false;

  const heldOf = (page: string, subject: string): Held | null => held.get(page)?.get(subject) ?? null;
  const hold = (page: string, subject: string, one: Held | null): void => {
    const own = held.get(page) ?? new Map<string, Held>();
    if (one === null) own.delete(subject);
    else own.set(subject, one);
    if (own.size === 0) held.delete(page);
    else held.set(page, own);
    if (held.size === 0) hands.rest();
    else if (one !== null) hands.follow(one.position);
  };
  const nameOf = (page: string, subject: string): string => `${page}/${subject}`;

  const actOn = (view: PageView, subject: string): Act | null => {
    const [before, claims] = [heldOf(view.page.id, subject), claimsOn(view, subject)];
    if (before !== null && claims.length === 0 && !stillThere(view, subject, before)) return gone;
    if (before === null && claims.length === 0) return null;
    return act({
      ...{ view, held: before, claims, nowMs: clock.wallMs(), position: hands.extend() },
      hands: before === null ? { component: null, incident: null } : hands.of(view, before),
      newId: options.newId,
    });
  };

  /** Null: done, or nothing to do. */
  const attempt = async (page: string, subject: string): Promise<string | null> => {
    const view = ledger.view(page);
    const next = view === null ? null : actOn(view, subject);
    const before = unkept;
    unkept = new Map();
    const along = [...before.values()];
    try {
      if (view === null || next === null) {
        await rows.keep(along);
        return null;
      }
      const changes = [
        ...along,
        rows.change(page, "subject", subject, next.held),
        ...told(view, subject, next),
      ];
      if (next.commands.length === 0) await rows.keep(changes);
      else {
        const { commands, unchanged } = next;
        const kept = await ledger.submit(page, commands, monitorActor, { unchanged, along: changes });
        if (!kept.ok) {
          unkept = new Map([...before, ...unkept]);
          return kept.refusal.sentences.join(" ");
        }
      }
      hold(page, subject, next.held);
      done.add(1, next.deed);
      // What follows from what was just done, such as a change that came in between.
      if (next.held !== null) look(page, subject);
      return null;
    } catch (thrown) {
      unkept = new Map([...before, ...unkept]);
      return messageOf(thrown);
    }
  };
  const told = ({ page, componentById }: PageView, subject: string, { deed, why, held: after }: Act) => {
    const [kind, id = ""] = subject.split("/");
    const name = componentById.get(id)?.name ?? after?.name ?? heldOf(page.id, subject)?.name ?? id;
    return rows.told({
      ...{ page: page.id, deed, why },
      subject: { kind: kind === "component" ? "component" : "check", id, name },
    });
  };

  const run = async (): Promise<void> => {
    for (let [next] = waiting; live && next !== undefined; [next] = waiting) {
      const [name, [page, subject]] = next;
      waiting.delete(name);
      const sentence = await attempt(page, subject);
      if (sentence === null) {
        failing.delete(name);
        continue;
      }
      if (failing.get(name)?.sentence !== sentence)
        log.warn(`What the monitor would do for ${subject} was refused: ${sentence} It is looked at again.`, {
          page,
        });
      failing.set(name, { sentence, againMs: clock.monotonicMs() + limits.verdictRetryMs });
    }
  };
  const work = (): void => {
    if (running !== null || !live || waiting.size === 0) return;
    running = run().finally(() => {
      running = null;
      work();
    });
  };
  const look = (page: string, subject: string): void => {
    waiting.set(nameOf(page, subject), [page, subject]);
    work();
  };

  return {
    restore(page, list) {
      for (const [subject, one] of list) hold(page, subject, one);
    },
    look,
    lookAtAll(view, subjects) {
      for (const subject of new Set([...(held.get(view.page.id)?.keys() ?? []), ...subjects]))
        look(view.page.id, subject);
    },
    keep(change) {
      unkept.set(String(change.key), change);
    },
    wake() {
      for (const [name, { againMs }] of failing)
        if (againMs <= clock.monotonicMs()) {
          const slash = name.indexOf("/");
          look(name.slice(0, slash), name.slice(slash + 1));
        }
      work();
    },
    start() {
      live = true;
      work();
    },
    async settled() {
      while (running !== null) await running;
    },
    async stop() {
      live = false;
      await running;
    },
  };
}

/** Nobody can say any more whether it works: a check that is paused or gone takes nothing back. */
const gone: Act = {
  deed: "leave",
  commands: [],
  held: null,
  unchanged: [],
  why: "The checks that said so are paused or gone, or speak for something else: what was told stays until somebody changes it.",
};
