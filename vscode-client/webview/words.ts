/** Words and figures as shown: translated where there is a translation, money as everywhere. */

export { dollars, tierName } from "../src/tasks/words";

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

/** A cap behind a slash: "5" for whole dollars, else with two decimals. */
export function cap(usd: number): string {
  return Number.isInteger(usd) ? String(usd) : usd.toFixed(2);
}

/** Tokens in short: "340", "6.1k". */
export function tokens(count: number): string {
  return count < 1000 ? String(count) : `${(count / 1000).toFixed(1)}k`;
}
