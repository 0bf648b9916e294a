/** Conversations of the past: looked through, opened, deleted. */
import type { ConversationItem } from "../src/panel/protocol";
import { button, fill, h, iconButton } from "./dom";
import { tell } from "./host";
import { t } from "./words";

export class Past {
  readonly node = h("section", { class: "past", "aria-label": t("Conversations"), hidden: true });
  private readonly field = h("input", { type: "search", "aria-label": t("Search conversations"), placeholder: t("Search") });
  private readonly list = h("ul", { class: "conversations" });
  /** The conversation whose deletion was asked for once; the second time deletes it. */
  private doomed: string | undefined;

  /** `anchor` opens and closes it and has the keyboard afterwards. */
  constructor(private readonly anchor: HTMLElement) {
    this.node.append(
      h("div", { class: "bar-row" }, this.field, iconButton("close", t("Close"), () => { this.close(); })),
      this.list,
    );
    this.field.addEventListener("input", () => { this.ask(); });
    this.node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.close();
      event.preventDefault();
      event.stopPropagation();
    });
    anchor.setAttribute("aria-expanded", "false");
  }

  toggle(): void {
    if (!this.node.hidden) {
      this.close();
      return;
    }
    this.node.hidden = false;
    this.anchor.setAttribute("aria-expanded", "true");
    this.field.value = "";
    this.field.focus();
    this.ask();
  }

  close(): void {
    this.node.hidden = true;
    this.anchor.setAttribute("aria-expanded", "false");
    this.anchor.focus();
  }

  /** Shows what was found, unless something else is looked for by now. */
  show(query: string, items: readonly ConversationItem[]): void {
    if (query !== this.field.value) return;
    const none = query === "" ? t("No conversation is kept.") : t("No conversation holds these words.");
    fill(this.list, ...(items.length > 0 ? items.map((item) => this.row(item)) : [h("li", { class: "empty" }, none)]));
  }

  private row(item: ConversationItem): HTMLElement {
    const at = new Date(item.at).toLocaleString(undefined, { dateStyle: "short", timeStyle: "short" });
    const open = h("button", { type: "button", class: "quiet open" },
      h("span", { class: "title" }, item.title), h("span", { class: "detail" }, at));
    open.addEventListener("click", () => {
      this.close();
      tell({ kind: "openConversation", id: item.id });
    });
    const remove = this.doomed === item.id
      ? button(t("Delete for good"), () => { this.remove(item); }, { class: "primary" })
      : iconButton("trash", t("Delete {0}", item.title), () => {
          this.doomed = item.id;
          row.replaceWith(this.row(item));
        });
    const row = h("li", { class: "conversation" }, open, remove);
    if (this.doomed === item.id) requestAnimationFrame(() => { remove.focus(); });
    return row;
  }

  private remove(item: ConversationItem): void {
    this.doomed = undefined;
    this.field.focus();
    tell({ kind: "deleteConversation", id: item.id, query: this.field.value });
  }

  private ask(): void {
    this.doomed = undefined;
    tell({ kind: "listConversations", query: this.field.value });
  }
}
