// The admin pages' own script: what was typed outlives a page that was left, reloaded or refused. In: fields that say `data-keep`. Out: sessionStorage.
// Everything works without it. It runs in browsers alone; `bun test/render/make-page-script.ts` makes `admin-script-text.ts` of it.

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
