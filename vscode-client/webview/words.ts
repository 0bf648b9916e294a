/** Words and figures as shown: translated where there is a translation, money as everywhere. */

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

/** Tokens in short: "340", "6.1k". */
export function tokens(count: number): string {
  return count < 1000 ? String(count) : `${(count / 1000).toFixed(1)}k`;
}
