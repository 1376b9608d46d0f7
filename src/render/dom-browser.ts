// The page that a script is in. In: selectors, names. Out: what stands there, elements that are made, and who says things aloud.
// Runs in browsers alone: see page-browser.ts.

declare global {
  /** The words of the page's language: `page-script.ts` puts them before the script. */
  const say: Readonly<
    Record<
      | "locale"
      | "live"
      | "waiting"
      | "behind"
      | "checked"
      | "lost"
      | "back"
      | "update"
      | "ownZone"
      | "toOwn"
      | "toPage"
      | "wellDay"
      | "blankDay",
      string
    >
  >;
}

export const root = document.documentElement;
export const all = <Found extends HTMLElement>(selector: string, within: ParentNode = document): Found[] => [
  ...within.querySelectorAll<Found>(selector),
];
export const one = (selector: string, within: ParentNode = document): HTMLElement | null =>
  within.querySelector(selector);
export const made = (name: string, className = ""): HTMLElement => {
  const element = document.createElement(name);
  element.className = className;
  return element;
};
/** Says what it is given to who hears the page. */
export const voice = made("p", "vh");
voice.role = "status";

/** A browser that keeps nothing for us refuses by throwing: this page still goes on. */
export const attempt = (keep: () => void): void => {
  try {
    keep();
  } catch {
    // What was not kept is not there later, which is what happens in a new tab too.
  }
};
