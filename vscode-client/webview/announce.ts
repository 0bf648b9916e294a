/** What a screen reader is told of changes; one line, out of sight. */
import { h } from "./dom";

export const announcer = h("div", { class: "announcer", role: "status", "aria-live": "polite" });

export function announce(text: string): void {
  announcer.textContent = text.trim();
}
