/** What was spent today and in the project, by tier, and what the routing saved. */
import type { UsageOf } from "../src/panel/protocol";
import { button, fill, h } from "./dom";
import { tell } from "./host";
import { against, amount, amounts, t, tierName } from "./words";

export class UsageView {
  readonly node = h("div", { class: "usage" });

  show(usage: readonly UsageOf[]): void {
    const whole = button(t("Open the whole report"), () => { tell({ kind: "way", way: "report" }); });
    fill(this.node, ...usage.map(section), h("div", { class: "buttons" }, whole));
  }
}

function section(usage: UsageOf): HTMLElement {
  const title = usage.scope === "today" ? t("Today") : t("This project");
  const [spent, capped] = usage.limitUsd === undefined
    ? [amount(usage.spentUsd), undefined]
    : against(usage.spentUsd, usage.limitUsd);
  const limit = capped === undefined ? t("no cap") : t("of {0}", capped);
  const most = Math.max(...usage.byTier.map((use) => use.costUsd), 1e-9);
  const costs = amounts(...usage.byTier.map((use) => use.costUsd));
  const rows = usage.byTier.map((use, n) => {
    const fillIn = h("div", { class: "settled" });
    fillIn.style.width = `${(100 * use.costUsd) / most}%`;
    return h("tr", {},
      h("th", { scope: "row" }, tierName(use.tier)),
      h("td", { class: "number" }, String(use.tasks)),
      h("td", { class: "number" }, costs[n] ?? ""),
      h("td", { class: "share", "aria-hidden": "true" }, h("div", { class: "bar" }, fillIn)));
  });
  const table = h("table", {},
    h("thead", {}, h("tr", {},
      h("th", { scope: "col" }, t("Tier")),
      h("th", { scope: "col", class: "number" }, t("Tasks")),
      h("th", { scope: "col", class: "number" }, t("Cost")),
      h("td", {}))),
    h("tbody", {}, ...rows));
  const baseline = tierName(usage.baseline);
  const saved = usage.savedUsd === 0
    ? t("Nothing saved against {0} yet", baseline)
    : usage.savedUsd > 0
      ? t("{0} saved against {1} with the same tokens", amount(usage.savedUsd), baseline)
      : t("{0} more than {1} with the same tokens", amount(-usage.savedUsd), baseline);
  return h("section", { class: "use", "data-scope": usage.scope },
    h("h2", {}, title),
    h("p", { class: "sum" }, h("strong", {}, spent), ` ${limit} · `,
      usage.tasks === 1 ? t("1 task") : t("{0} tasks", usage.tasks)),
    h("p", { class: "saved" }, saved),
    rows.length > 0 ? table : undefined);
}
