/** Writes amounts, tiers and notices in the way that all clients do. */
import type { TaskChanged } from "../server/messages";

const CENT = 1e7;

/** A single amount in a sentence: "0.04¢", "12¢", "$1.20". The server writes it the same way. */
export function amount(usd: number): string {
  return amounts(usd)[0] ?? "";
}

/** Several amounts of one sentence, all in the unit of the largest. */
export function amounts(...usd: number[]): string[] {
  const nanos = usd.map((one) => Math.round(one * 1e9));
  const inDollars = nanos.some((one) => one >= 99.5 * CENT);
  return nanos.map(inDollars ? dollars : cents);
}

/** The spent amount and the cap, in one unit: "$1.20" and "$5.00". */
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

/** The name that is shown for a tier: "Haiku" for `haiku`. */
export function tierName(tier: string): string {
  return tier.charAt(0).toUpperCase() + tier.slice(1);
}

/** "Sonnet", or "Haiku → Opus" if another tier answers than the routed one. */
export function arrow({ answering, routed }: { answering: string; routed: string }): string {
  return answering === routed ? tierName(answering) : `${tierName(routed)} → ${tierName(answering)}`;
}

/** One sentence for each thing that was left out or replaced, and for each switch of tier. */
export function beside({ notices = [], switches = [] }: Pick<TaskChanged, "notices" | "switches">): string[] {
  return [...notices, ...switches.map(({ text }) => text)];
}
