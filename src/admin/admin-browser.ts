// The admin pages' own script: what was typed outlives a page that was left, reloaded or refused; what asks by itself says when nobody answers.
// In: fields that say `data-keep`, htmx's events. Out: sessionStorage, a notice above the page. Everything works without it. It runs in browsers
// alone; `bun test/render/make-page-script.ts` makes `admin-script-text.ts` of it.

type Field = HTMLTextAreaElement | HTMLInputElement;

const keyOf = (field: Field): string => `pharos ${location.pathname} ${field.dataset.keep}`;

const fields = (of: ParentNode): NodeListOf<Field> => of.querySelectorAll<Field>("[data-keep]");

for (const field of fields(document)) {
  const kept = sessionStorage.getItem(keyOf(field));
  // What the server sent back is newer than what was kept.
  if (kept !== null && field.value === "") field.value = kept;
}

document.addEventListener("input", ({ target }) => {
  if ((target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement) && target.dataset.keep)
    sessionStorage.setItem(keyOf(target), target.value);
});

// A word of what was done stands in the address only after it was: then nothing is left to keep.
const done = document.querySelector<HTMLElement>("[data-done]")?.dataset.done;
if (done)
  for (const key of Object.keys(sessionStorage))
    if (key.startsWith("pharos ")) sessionStorage.removeItem(key);

// A dashboard that does not ask any more, and looks as if all were well, would be worse than none.
const notice = document.createElement("p");
notice.className = "say deg lost";
notice.role = "alert";

function lost(text: string, door = false): void {
  if (notice.isConnected && notice.dataset.says === text) return;
  const since = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  notice.dataset.says = text;
  notice.textContent = text.replace("{since}", since);
  if (door) {
    const link = document.createElement("a");
    Object.assign(link, { href: "/admin/sign-in", target: "_blank", textContent: "Sign in" });
    notice.append(" ", link);
  }
  document.querySelector("main")?.prepend(notice);
}

interface Answered {
  readonly detail: { readonly xhr: XMLHttpRequest };
}

document.addEventListener("htmx:sendError", () =>
  lost(
    "The control plane has not answered since {since}. What stands here may be older; what you wrote stays.",
  ),
);
document.addEventListener("htmx:responseError", (event) => {
  const { status } = (event as unknown as Answered).detail.xhr;
  if (status === 401)
    lost("Your session is over. What you wrote stays here: sign in in another tab, then send it.", true);
  else if (status >= 500) lost("The control plane failed at {since}. What stands here may be older.");
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { status } = (event as unknown as Answered).detail.xhr;
  if (status >= 200 && status < 300) notice.remove();
});
