// On the page where one chooses what to be told of: marks what was chosen when the message was written whose link led here. Made into choice-script-text.ts by
// test/render/make-page-script.ts. In: the address' fragment, which no server sees (`#c=` and ids of components, with commas between them). Out: marks.
// Without it the form is whole, and says that a choice replaces the one before.
const chosen = new URLSearchParams(location.hash.slice(1)).get("c")?.split(",") ?? [];
let marked = 0;
for (const box of document.querySelectorAll<HTMLInputElement>("input[name=component_ids]"))
  if (chosen.includes(box.value)) {
    box.checked = true;
    marked++;
  }
const some = document.querySelector<HTMLInputElement>("input[name=scope][value=components]");
const says = document.querySelector<HTMLElement>("#chosen");
if (marked > 0 && some !== null && says !== null) {
  some.checked = true;
  says.append(` ${says.dataset.then}`);
}
