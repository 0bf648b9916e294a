/** Converts the server's figures to the form that the panel shows. */
import type { Status, UsageFigures } from "../server/messages";
import type { Money, UsageOf } from "./protocol";

export function moneyOf(status: Status, problem: string | undefined): Money {
  return {
    state: status.level,
    rehearsal: status.kind === "rehearsal",
    spentTodayUsd: status.spentTodayUsd,
    reservedUsd: status.reservedUsd,
    dayUsd: status.dayUsd,
    spentProjectUsd: status.spentProjectUsd,
    projectUsd: status.projectUsd,
    team: status.team ?? [],
    problem: problem ?? (status.kind === "error" ? status.text : undefined),
  };
}

export function usageOf({ scopes }: UsageFigures): UsageOf[] {
  return scopes.map((one) => ({ ...one, byTier: one.tiers }));
}
