/** A small menu below a button, left by a choice, by Escape, or by going elsewhere. */
import { h } from "./dom";

export interface MenuItem {
  readonly label: string;
  readonly detail: string;
  act(): void;
}

let close: (() => void) | undefined;

/** Opens a menu at a button; the arrow keys walk through it. */
export function openMenu(anchor: HTMLElement, items: readonly MenuItem[]): void {
  close?.();
  const menu = h("div", { class: "menu", role: "menu" });
  const rows = items.map((item) => {
    const row = h("button", { type: "button", role: "menuitem", tabindex: -1 },
      h("span", {}, item.label), h("span", { class: "detail" }, item.detail));
    row.addEventListener("click", () => {
      leave(true);
      item.act();
    });
    return row;
  });
  menu.append(...rows);
  document.body.append(menu);
  const place = anchor.getBoundingClientRect();
  const below = place.bottom + menu.offsetHeight < window.innerHeight;
  menu.style.top = `${below ? place.bottom : Math.max(0, place.top - menu.offsetHeight)}px`;
  menu.style.left = `${Math.max(4, Math.min(place.left, window.innerWidth - menu.offsetWidth - 4))}px`;

  const leave = (back: boolean): void => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    anchor.setAttribute("aria-expanded", "false");
    close = undefined;
    if (back) anchor.focus();
  };
  const outside = (event: Event): void => {
    if (!menu.contains(event.target as Node)) leave(false);
  };
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget !== null && !menu.contains(event.relatedTarget as Node)) leave(false);
  });
  menu.addEventListener("keydown", (event) => {
    const at = rows.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") leave(true);
    else if (to !== undefined) rows[(to + rows.length) % rows.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.addEventListener("pointerdown", outside, true);
  anchor.setAttribute("aria-expanded", "true");
  close = () => { leave(false); };
  rows[0]?.focus();
}
