/** The three parts of the panel: chat, inbox, usage. Arrow keys go between their tabs. */
import type { Tab } from "../src/panel/protocol";
import { h } from "./dom";
import { tell } from "./host";

interface Part {
  readonly tab: Tab;
  readonly name: string;
  readonly node: HTMLElement;
}

export class Tabs {
  readonly node: HTMLElement;
  private readonly buttons = new Map<Tab, HTMLButtonElement>();

  constructor(private readonly parts: readonly Part[]) {
    this.node = h("div", { class: "tabs", role: "tablist" });
    for (const part of parts) {
      const node = h("button", {
        type: "button", role: "tab", id: `tab-${part.tab}`, "aria-controls": `part-${part.tab}`,
      }, part.name);
      node.addEventListener("click", () => { this.show(part.tab); });
      part.node.id = `part-${part.tab}`;
      part.node.setAttribute("role", "tabpanel");
      part.node.setAttribute("aria-labelledby", node.id);
      this.buttons.set(part.tab, node);
      this.node.append(node);
    }
    this.node.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (by === undefined) return;
      const at = parts.findIndex((part) => this.buttons.get(part.tab) === document.activeElement);
      const next = parts[(at + by + parts.length) % parts.length];
      if (next !== undefined) {
        this.show(next.tab);
        this.buttons.get(next.tab)?.focus();
      }
      event.preventDefault();
    });
    this.show("chat", true);
  }

  show(tab: Tab, quiet = false): void {
    for (const part of this.parts) {
      const chosen = part.tab === tab;
      part.node.hidden = !chosen;
      const node = this.buttons.get(part.tab);
      node?.setAttribute("aria-selected", String(chosen));
      node?.setAttribute("tabindex", chosen ? "0" : "-1");
    }
    if (!quiet) tell({ kind: "tab", tab });
  }

  /** Shows how many things wait behind a tab. */
  count(tab: Tab, count: number): void {
    const part = this.parts.find((one) => one.tab === tab);
    const node = this.buttons.get(tab);
    if (part === undefined || node === undefined) return;
    node.replaceChildren(part.name);
    if (count > 0) node.append(h("span", { class: "badge" }, String(count)));
  }
}
