/** Nodes by hand: what is shown is text, never markup, so nothing needs escaping. */

type Child = Node | string | undefined;
type Attributes = Record<string, string | number | boolean | undefined>;

/** An element with attributes and children; `false` and undefined attributes are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== undefined));
  return node;
}

/** A button that shows words. */
export function button(words: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const node = h("button", { type: "button", ...attributes }, words);
  node.addEventListener("click", act);
  return node;
}

/** A button that shows an icon; its words are its name and its tooltip. */
export function iconButton(icon: string, words: string, act: () => void): HTMLButtonElement {
  const node = h("button", { type: "button", class: "icon", title: words, "aria-label": words });
  node.append(glyph(icon));
  node.addEventListener("click", act);
  return node;
}

/** An icon beside words that say the same. */
export function glyph(icon: string): HTMLElement {
  return h("span", { class: `codicon codicon-${icon}`, "aria-hidden": "true" });
}

/**
 * Draws a part anew without taking the focus from who uses it by keyboard: it goes to the control
 * of the same name, else to `otherwise`.
 */
export function keepFocus(part: Element, otherwise: HTMLElement, draw: () => void): void {
  const focused = document.activeElement;
  const within = focused !== null && part.contains(focused);
  const name = within ? nameOf(focused) : "";
  draw();
  if (!within || focused.isConnected) return;
  const same = [...part.querySelectorAll("button")].find((node) => nameOf(node) === name);
  (same ?? otherwise).focus();
}

function nameOf(node: Element): string {
  return node.getAttribute("aria-label") ?? node.textContent;
}

/** Replaces the children of a node. */
export function fill(node: Element, ...children: Child[]): void {
  node.replaceChildren(...children.filter((child) => child !== undefined));
}
