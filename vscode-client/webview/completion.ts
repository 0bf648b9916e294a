/** What may follow a `@` or a first `/`, in a list below the prompt; the prompt keeps the focus. */
import type { Completion } from "../src/panel/protocol";
import { h } from "./dom";

export class CompletionList {
  readonly node = h("div", { class: "completions", role: "listbox", id: "completions", hidden: true });
  private items: readonly Completion[] = [];
  private at = 0;

  constructor(
    private readonly field: HTMLElement,
    private readonly chosen: (item: Completion) => void,
  ) {}

  get open(): boolean {
    return !this.node.hidden;
  }

  show(items: readonly Completion[]): void {
    this.items = items;
    this.at = 0;
    this.node.hidden = items.length === 0;
    this.field.setAttribute("aria-expanded", String(this.open));
    this.node.replaceChildren(
      ...items.map((item, index) => {
        const row = h("div", { role: "option", id: `completion-${index}`, class: "option" },
          h("span", {}, item.label), h("span", { class: "detail" }, item.detail));
        // Before the prompt loses the focus, so that the list is still there to choose from.
        row.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          this.choose(index);
        });
        return row;
      }),
    );
    this.mark();
  }

  hide(): void {
    this.show([]);
  }

  /** Takes a key of the prompt; whether it was for the list. */
  key(event: KeyboardEvent): boolean {
    if (!this.open) return false;
    const count = this.items.length;
    switch (event.key) {
      case "ArrowDown": this.at = (this.at + 1) % count; break;
      case "ArrowUp": this.at = (this.at + count - 1) % count; break;
      case "Escape": this.hide(); break;
      case "Enter":
      case "Tab": this.choose(this.at); break;
      default: return false;
    }
    this.mark();
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  private choose(index: number): void {
    const item = this.items[index];
    this.hide();
    if (item !== undefined) this.chosen(item);
  }

  private mark(): void {
    for (const [index, row] of [...this.node.children].entries()) {
      row.setAttribute("aria-selected", String(index === this.at));
      if (index === this.at) row.scrollIntoView({ block: "nearest" });
    }
    if (this.open) this.field.setAttribute("aria-activedescendant", `completion-${this.at}`);
    else this.field.removeAttribute("aria-activedescendant");
  }
}
