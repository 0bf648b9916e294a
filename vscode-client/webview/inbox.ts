/** The proposals of all tasks and groups: looked at one after the other, applied, discarded, taken back. */
import type { Group, Proposal } from "../src/panel/protocol";
import { button, fill, h, iconButton } from "./dom";
import { tell } from "./host";
import { proposalCard } from "./proposal";
import { t } from "./words";

export class Inbox {
  readonly node = h("div", { class: "inbox" });
  private readonly list = h("ul", { class: "proposals", "aria-label": t("Proposals") });
  private readonly count = h("span", { class: "count" });
  private at = 0;
  private proposals: readonly Proposal[] = [];
  private groups: readonly Group[] = [];

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
    this.proposals = proposals;
    this.draw();
  }

  /** Shows the groups of the night queue above the proposals. */
  showGroups(groups: readonly Group[]): void {
    this.groups = groups;
    this.draw();
  }

  private draw(): void {
    const { proposals } = this;
    const open = proposals.filter(({ waiting }) => waiting > 0);
    this.count.textContent = open.length === 1
      ? t("1 proposal waits") : t("{0} proposals wait", open.length);
    const focused = this.items().findIndex((item) => item.contains(document.activeElement));
    const rows = [...this.groups.map(groupRow), ...proposals.map((proposal) =>
      h("li", { class: "item", tabindex: -1, "data-state": proposal.state },
        h("div", { class: "head" },
          h("span", { class: "action" }, proposal.name),
          h("span", { class: "tier" }, proposal.headline)),
        proposalCard(proposal)))];
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

/** A group with all that can be done to it at once. */
function groupRow({ id, line, ready, applied }: Group): HTMLElement {
  const act = (action: "apply" | "undo") => () => { tell({ kind: "resolveGroup", id, action }); };
  const buttons = h("div", { class: "buttons", role: "group", "aria-label": t("This group") });
  if (ready > 0) buttons.append(button(t("Apply all that passed"), act("apply"), { class: "primary" }));
  if (applied > 0) buttons.append(button(t("Undo this group"), act("undo")));
  return h("li", { class: "item", tabindex: -1, "data-group": id },
    h("div", { class: "head" }, h("span", { class: "action" }, t("Night queue"))),
    h("p", { class: "became" }, line),
    buttons);
}
