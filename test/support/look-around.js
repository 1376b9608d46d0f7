// Runs in the page that is looked at: an expression whose value is the list of what is wrong to the eye.
// In: the document. Out: sentences: the page scrolls sideways, a box leaves the page, a text stands over another, a text is cut off.
(() => {
  const wrong = [];
  const root = document.documentElement;
  const width = root.clientWidth;
  const name = (element) =>
    `<${element.localName}${element.id ? `#${element.id}` : ""}${typeof element.className === "string" && element.className ? `.${element.className}` : ""}> "${(element.textContent ?? "").trim().slice(0, 40)}"`;
  if (root.scrollWidth > width) wrong.push(`the page is ${root.scrollWidth} wide in a window of ${width}`);

  /** What is not drawn, or drawn for those who listen alone. */
  const isHidden = (element) =>
    element.closest(".vh, [hidden], template, script, style, noscript") !== null ||
    !element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  /** Its own scrolling box, such as a table on a phone, may hold more than it shows. */
  const clipper = (element) => {
    for (let at = element; at !== null && at !== document.body; at = at.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(at);
      if (overflowX !== "visible" || overflowY !== "visible") return at;
    }
    return null;
  };

  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node !== null && boxes.length < 20000; node = walker.nextNode()) {
    const element = node.parentElement;
    if (element === null || node.data.trim() === "" || isHidden(element)) continue;
    const holder = clipper(element);
    const edge = holder?.getBoundingClientRect();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 1 || box.height < 1) continue;
      if (holder === null && (box.left < -1 || box.right > width + 1))
        wrong.push(`${name(element)} leaves the page: ${Math.round(box.left)} to ${Math.round(box.right)}`);
      const inSight =
        edge === undefined ||
        (box.top < edge.bottom && box.bottom > edge.top && box.left < edge.right && box.right > edge.left);
      // A line's box is taller than its letters.
      const inset = box.height * 0.25;
      if (inSight)
        boxes.push({
          node,
          element,
          left: box.left + 1,
          right: box.right - 1,
          top: box.top + inset,
          bottom: box.bottom - inset,
        });
    }
  }
  boxes.sort((a, b) => a.top - b.top);
  for (let at = 0; at < boxes.length; at++) {
    const one = boxes[at];
    for (let next = at + 1; next < boxes.length && boxes[next].top < one.bottom; next++) {
      const other = boxes[next];
      if (other.node === one.node || other.left >= one.right || other.right <= one.left) continue;
      wrong.push(`${name(one.element)} and ${name(other.element)} stand on each other`);
    }
  }

  for (const element of document.querySelectorAll("main *, header *, footer *")) {
    if (!(element instanceof HTMLElement) || isHidden(element)) continue;
    const { overflowX, textOverflow } = getComputedStyle(element);
    if (
      overflowX === "hidden" &&
      textOverflow !== "ellipsis" &&
      element.scrollWidth > element.clientWidth + 1
    )
      wrong.push(`${name(element)} is cut off at its side`);
  }
  return wrong.slice(0, 12);
})();
