// A POP as lists show it. In: what it said last. Out: a row: its name, how it is, how far behind.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import type { PopSeen } from "../control/install.ts";
import type { Mark } from "../render/severity.ts";
import { Lamp } from "./field.tsx";
import { counted } from "./speech.ts";

/** Reports missed until a POP counts as silent. */
const silentMs = 4 * limits.reportMs;

/** How it is, as words and a mark. */
export function popState({ drained, revoked, said }: PopSeen): {
  readonly mark: Mark;
  readonly words: string;
} {
  if (revoked) return { mark: "inf", words: "Revoked" };
  if (said === null) return { mark: "inf", words: "Never heard" };
  if (said.ageMs > silentMs) return { mark: "maj", words: "Silent" };
  if (said.level === 1) return { mark: "par", words: "Level 1: no source" };
  if (drained) return { mark: "mnt", words: "Drained" };
  if ((said.lag?.generations ?? 0) > 0) return { mark: "deg", words: "Behind" };
  return { mark: "ok", words: "Level 0: full" };
}

/** What it holds where it is up to date, lag and age. */
export function PopFacts({
  pop,
  newest,
  children = "",
}: {
  readonly pop: PopSeen;
  /** The newest generation there is, in words; null where nothing was published. */
  readonly newest: string | null;
  readonly children?: JSX.Element;
}): JSX.Element {
  const { mark, words } = popState(pop);
  return (
    <li>
      <div>
        <b dir="auto" safe>
          {pop.name}
        </b>
        <small class="sub" safe>
          {factsOf(pop, newest).join(" · ")}
        </small>
      </div>
      <Lamp mark={mark} words={words} />
      {children}
    </li>
  );
}

function factsOf({ said }: PopSeen, newest: string | null): readonly string[] {
  if (said === null) return ["Nothing was heard of it since this control plane started"];
  const { ageMs, lag, load, pagesHeld } = said;
  const behind =
    lag === null
      ? ["lag unknown"]
      : lag.generations === 0
        ? [...(newest === null ? [] : [newest]), "up to date"]
        : [`${counted(lag.generations, "generation")} behind`, `${(lag.ms / 1000).toFixed(1)} s`];
  return [
    ...behind,
    `load ${(load / 10).toFixed(0)} %`,
    counted(pagesHeld, "page"),
    `heard ${(ageMs / 1000).toFixed(0)} s ago`,
  ];
}
