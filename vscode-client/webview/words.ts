/** Words and figures as shown: translated where there is a translation, money as everywhere. */

let words: Readonly<Record<string, string>> = {};

/** Takes the translations of the editor's language; without one the English text stands. */
export function speak(translations: Readonly<Record<string, string>>): void {
  words = translations;
}

/** The text in the operator's language; `{0}`, `{1}` stand for what follows. */
export function t(text: string, ...values: (string | number)[]): string {
  const said = words[text] ?? text;
  return said.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)] ?? ""));
}

/** Dollars with two decimals, "<$0.01" for less than a cent that is not nothing. */
export function dollars(usd: number): string {
  if (usd > 0 && usd < 0.01) return "<$0.01";
  return `$${usd.toFixed(2)}`;
}

/** A cap behind a slash: "5" for whole dollars, else with two decimals. */
export function cap(usd: number): string {
  return Number.isInteger(usd) ? String(usd) : usd.toFixed(2);
}

/** Tokens in short: "340", "6.1k". */
export function tokens(count: number): string {
  return count < 1000 ? String(count) : `${(count / 1000).toFixed(1)}k`;
}

/** A tier's name as shown. */
export function tierName(tier: string): string {
  return tier.charAt(0).toUpperCase() + tier.slice(1);
}
