/** A proposal as a card: which files, how many lines, and what can be done with it. */
import type { Proposal } from "../src/panel/protocol";
import { button, glyph, h } from "./dom";
import { tell } from "./host";
import { t } from "./words";

export function proposalCard(proposal: Proposal): HTMLElement {
  const { editId, state } = proposal;
  const act = (action: "apply" | "discard" | "undo" | "show") => () => {
    tell({ kind: "resolve", editId, action });
  };
  const files = proposal.files.map((file) =>
    h("li", {},
      h("span", { class: "path" }, file.path),
      h("span", { class: "added" }, `+${file.added}`),
      h("span", { class: "removed" }, `−${file.removed}`),
    ),
  );
  const buttons = h("div", { class: "buttons", role: "group", "aria-label": t("This proposal") });
  if (proposal.waiting > 0) {
    const rest = state === "partlyApplied";
    buttons.append(
      button(rest ? t("Apply the rest") : t("Apply"), act("apply"), { class: "primary" }),
      button(t("Show diff"), act("show")),
      button(rest ? t("Discard the rest") : t("Discard"), act("discard")),
    );
  }
  if (state === "applied" || state === "partlyApplied") {
    buttons.append(button(t("Undo"), act("undo")));
  }
  const warning = proposal.stale ? t("File changed") : proposal.note;
  return h("div", { class: "proposal", "data-edit": editId },
    h("ul", { class: "files" }, ...files),
    warning === "" ? undefined : h("p", { class: "notice" }, glyph("warning"), warning),
    h("p", { class: "became" }, became(proposal)),
    buttons,
  );
}

function became({ state, undone, waiting }: Proposal): string {
  switch (state) {
    case "applied": return t("Applied");
    case "partlyApplied":
      return waiting === 0 ? t("Partly applied") : waiting === 1 ? t("Partly applied, 1 hunk waits") : t("Partly applied, {0} hunks wait", waiting);
    case "discarded": return undone === true ? t("Undone") : t("Discarded");
    case "expired": return t("Expired");
    default: return "";
  }
}
