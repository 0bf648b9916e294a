/** What is missing before anything can be answered, with the ways on; nothing of it goes by itself. */
import type { SetUpState, Way } from "../src/panel/protocol";
import { button, fill, glyph, h, keepFocus } from "./dom";
import { tell } from "./host";
import { t } from "./words";

export class SetUpCard {
  readonly node = h("section", { class: "setup", "aria-label": t("Set-up"), hidden: true });

  show(state: SetUpState): void {
    const { need, doing, problem } = state;
    this.node.hidden = need === undefined && doing === undefined && problem === undefined;
    keepFocus(this.node, this.node, () => {
      fill(
        this.node,
        doing === undefined ? this.missing(state) : h("p", { role: "status" }, t("Creating the Python environment. This takes a minute or two.")),
        doing === undefined ? undefined : h("p", { class: "doing" }, doing),
        doing === undefined ? undefined : h("div", { class: "progress-line", role: "progressbar", "aria-label": t("Creating the Python environment…") }),
        problem === undefined || doing !== undefined ? undefined
          : h("p", { class: "error", role: "alert" }, glyph("error"), problem),
        state.waits ? h("p", { class: "detail" }, t("What you asked for goes on by itself afterwards.")) : undefined,
        h("div", { class: "buttons", role: "group", "aria-label": t("Set-up") }, ...waysOn(state)),
      );
    });
  }

  private missing({ need, key }: SetUpState): HTMLElement | undefined {
    if (need === "environment") {
      return h("p", {}, t("Tierwise runs in a Python environment of its own. It is created once, in the extension's storage."));
    }
    if (need === "key") {
      return h("p", {}, t("No key is set ({0}), so no model can answer yet.", key ?? ""));
    }
    return undefined;
  }
}

function waysOn({ need, doing, problem }: SetUpState): HTMLElement[] {
  const way = (words: string, way: Way, primary = false): HTMLElement =>
    button(words, () => { tell({ kind: "way", way }); }, primary ? { class: "primary" } : {});
  if (doing !== undefined) return [way(t("Cancel"), "stopCreating"), way(t("Show Log"), "showLog")];
  const failed = problem === undefined ? [] : [way(t("Choose Python…"), "choosePython"), way(t("Show Log"), "showLog")];
  if (need === "environment") {
    return [
      way(problem === undefined ? t("Create") : t("Try again"), "create", true),
      way(t("Set Key"), "setKey"),
      way(t("Try Rehearsal"), "rehearse"),
      ...failed,
    ];
  }
  return need === "key" ? [way(t("Set Key"), "setKey", true), way(t("Try Rehearsal"), "rehearse")] : failed;
}
