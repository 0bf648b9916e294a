/** The proposals of all tasks: looked at one after the other, applied, discarded, taken back. */
import type { Proposal } from "../src/panel/protocol";
import { fill, h, iconButton } from "./dom";
import { proposalCard } from "./proposal";
import { t } from "./words";

export class Inbox {
  readonly node = h("div", { class: "inbox" });
  private readonly list = h("ul", { class: "proposals", "aria-label": t("Proposals") });
  private readonly count = h("span", { class: "count" });
  private at = 0;

  constructor() {
    const bar = h("div", { class: "bar-row", role: "toolbar", "aria-label": t("Inbox") },
      this.count, h("span", { class: "grow" }),
      iconButton("arrow-up", t("Previous proposal"), () => { this.step(-1); }),
      iconButton("arrow-down", t("Next proposal"), () => { this.step(1); }));
    this.node.append(bar, this.list);
    this.node.addEventListener("keydown", (event) => {
      if (!event.altKey || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
      this.step(event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
    });
    this.show([]);
  }

  /** Shows the open proposals and those that can still be taken back; the focus stays where it was. */
  show(proposals: readonly Proposal[]): void {
    const open = proposals.filter(({ waiting }) => waiting > 0);
    this.count.textContent = open.length === 1
      ? t("1 proposal waits") : t("{0} proposals wait", open.length);
    const focused = this.items().findIndex((item) => item.contains(document.activeElement));
    const rows = proposals.map((proposal) =>
      h("li", { class: "item", tabindex: -1, "data-state": proposal.state },
        h("div", { class: "head" },
          h("span", { class: "action" }, proposal.action),
          h("span", { class: "tier" }, proposal.headline)),
        proposalCard(proposal)));
    const nothing = h("li", { class: "empty" },
      t("No proposal waits. Edits proposed by any task are listed here until you apply or discard them."));
    fill(this.list, ...(rows.length > 0 ? rows : [nothing]));
    if (focused >= 0) this.items()[Math.min(focused, rows.length - 1)]?.focus();
  }

  /** Goes to the next or the previous proposal and shows its place to the keyboard. */
  step(by: number): void {
    const items = this.items();
    if (items.length === 0) return;
    const now = items.findIndex((item) => item.contains(document.activeElement));
    this.at = now < 0 ? (by > 0 ? 0 : items.length - 1) : (now + by + items.length) % items.length;
    const item = items[this.at];
    item?.focus();
    item?.scrollIntoView({ block: "nearest" });
  }

  private items(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>(".item")];
  }
}

