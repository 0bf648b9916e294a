/** Money, tiers and what stands beside an answer, as every client writes them. */
import type { TaskChanged } from "../server/messages";

/** Dollars with two decimals; "<$0.01" for what is less than a cent and not nothing. */
export function dollars(usd: number): string {
  return usd > 0 && usd < 0.01 ? "<$0.01" : `$${usd.toFixed(2)}`;
}

/** `haiku` as shown: "Haiku". */
export function tierName(tier: string): string {
  return tier.charAt(0).toUpperCase() + tier.slice(1);
}

/** A share as a whole percentage; 100 % is kept for certainty. */
export function percent(share: number): string {
  const whole = Math.round(share * 100);
  return `${whole === 100 && share < 1 ? 99 : whole} %`;
}

/** "Sonnet", or "Opus ← Haiku" where another tier answers than the one routed. */
export function arrow({ answering, routed }: { answering: string; routed: string }): string {
  return answering === routed ? tierName(answering) : `${tierName(answering)} ← ${tierName(routed)}`;
}

/** What was not sent or replaced, and which tier or place stands in: a sentence each. */
export function beside({ notices = [], switches = [] }: Pick<TaskChanged, "notices" | "switches">): string[] {
  return [...notices, ...switches.map(({ text }) => text)];
}
