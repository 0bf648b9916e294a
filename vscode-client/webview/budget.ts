/** The budget of today as a thin bar, with the same figures in words. */
import type { Money } from "../src/panel/protocol";
import { button, fill, h } from "./dom";
import { tell } from "./host";
import { against, amount, t } from "./words";

export class BudgetBar {
  readonly node = h("div", { class: "budget" });

  show(money: Money): void {
    const { dayUsd, spentTodayUsd, reservedUsd, state } = money;
    this.node.dataset["state"] = state;
    const spent = dayUsd === undefined
      ? t("{0} today (no cap)", amount(spentTodayUsd))
      : t("{0} of {1} today", ...against(spentTodayUsd, dayUsd));
    const held = reservedUsd > 0 ? t("up to {0} in flight", amount(reservedUsd)) : undefined;
    const said = { ok: "", soft: t("close to the cap"), paused: t("paused") }[state];
    const mode = money.rehearsal ? t("rehearsal, costs nothing") : undefined;
    const leave = button(t("Leave"), () => { tell({ kind: "way", way: "leaveRehearsal" }); }, { title: t("Leave rehearsal") });
    const words = [spent, held, said, mode].filter((part) => part !== undefined && part !== "");
    fill(
      this.node,
      dayUsd === undefined ? undefined : bar(spentTodayUsd, reservedUsd, dayUsd),
      h("span", { class: "figures" }, words.join(" · ")),
      ...money.team.map((line) => h("span", { class: "team" }, line)),
      money.problem === undefined ? undefined : h("span", { class: "problem" }, money.problem),
      money.rehearsal ? leave : undefined,
      state === "ok" ? undefined : button(t("Raise…"), () => { tell({ kind: "way", way: "budget" }); }),
    );
  }
}

function bar(spent: number, reserved: number, limit: number): HTMLElement {
  const share = (usd: number): number => (limit > 0 ? Math.min(100, (100 * usd) / limit) : 100);
  const settled = h("div", { class: "settled" });
  const inFlight = h("div", { class: "in-flight" });
  settled.style.width = `${share(spent)}%`;
  inFlight.style.width = `${Math.min(100 - share(spent), share(reserved))}%`;
  return h("div", {
    class: "bar",
    role: "meter",
    "aria-label": t("Budget of today"),
    "aria-valuemin": 0,
    "aria-valuemax": 100,
    "aria-valuenow": Math.round(share(spent)),
    "aria-valuetext": against(spent, limit).join(" / "),
  }, settled, inFlight);
}
