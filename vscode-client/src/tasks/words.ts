/** Money, tiers and what stands beside an answer, as every client writes them. */
import type { TaskChanged } from "../server/messages";

const CENT = 1e7;

/** An amount for a sentence without another: "0.04¢", "12¢", "$1.20". The server writes it the same. */
export function amount(usd: number): string {
  return amounts(usd)[0] ?? "";
}

/** Several amounts of one sentence, all written like the largest. */
export function amounts(...usd: number[]): string[] {
  const nanos = usd.map((one) => Math.round(one * 1e9));
  const inDollars = nanos.some((one) => one >= 99.5 * CENT);
  return nanos.map(inDollars ? dollars : cents);
}

/** Spend against a cap: "$1.20 of $5.00", "12¢ of 50¢". */
export function against(spent: number, cap: number): [string, string] {
  const [used = "", most = ""] = amounts(spent, cap);
  return [used, most];
}

function cents(nanos: number): string {
  if (nanos === 0) return "0¢";
  if (nanos < 1000) return "<0.0001¢";
  const step = 10 ** Math.max(0, Math.floor(Math.log10(nanos)) - 1);
  const place = nanos >= 10 * CENT ? CENT : step;
  return `${(Math.floor((nanos + place / 2) / place) * place) / CENT}¢`;
}

function dollars(nanos: number): string {
  const whole = Math.floor((nanos + CENT / 2) / CENT);
  if (whole === 0 && nanos > 0) return "<$0.01";
  return `$${Math.floor(whole / 100).toLocaleString("en-US")}.${String(whole % 100).padStart(2, "0")}`;
}

/** `haiku` as shown: "Haiku". */
export function tierName(tier: string): string {
  return tier.charAt(0).toUpperCase() + tier.slice(1);
}

/** "Sonnet", or "Haiku → Opus" where another tier answers than the one routed. */
export function arrow({ answering, routed }: { answering: string; routed: string }): string {
  return answering === routed ? tierName(answering) : `${tierName(routed)} → ${tierName(answering)}`;
}

/** What was not sent or replaced, and which tier or place stands in: a sentence each. */
export function beside({ notices = [], switches = [] }: Pick<TaskChanged, "notices" | "switches">): string[] {
  return [...notices, ...switches.map(({ text }) => text)];
}
