/** Slash commands: one per action, read from the start of a message. */
import type { Slash } from "../panel/protocol";
import { about } from "../server/actions";
import type { Action } from "../server/messages";

/** The commands that the prompt offers as completions. */
export function slashes(): Slash[] {
  const words = Object.entries(about()) as [Action, string][];
  return words.filter(([name]) => name !== "chat").map(([name, detail]) => ({ name, detail }));
}

export interface Asked {
  readonly action: Action;
  readonly instruction: string;
}

/** Reads the action and the instruction of a message. A slash without an action is plain text. */
export function read(text: string, known: readonly Slash[]): Asked {
  const found = /^\/(\w+)(?:\s+([\s\S]*))?$/.exec(text);
  const slash = known.find(({ name }) => name === found?.[1]);
  if (slash === undefined) return { action: "chat", instruction: text };
  return { action: slash.name, instruction: found?.[2]?.trim() ?? "" };
}
