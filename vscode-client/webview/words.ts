/** Words and figures as shown: translated where there is a translation, money as everywhere. */

import { amount } from "../src/tasks/words";

export { against, amount, amounts, tierName } from "../src/tasks/words";

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

/** What an answer cost. A rehearsal costs nothing, and says what the same would cost with a key. */
export function costOf(usd: number, rehearsal = false): string {
  if (!rehearsal) return amount(usd);
  return usd > 0 ? t("0¢ (with a key: {0})", amount(usd)) : "0¢";
}

/** Tokens in short: "340", "6.1k". */
export function tokens(count: number): string {
  return count < 1000 ? String(count) : `${(count / 1000).toFixed(1)}k`;
}
