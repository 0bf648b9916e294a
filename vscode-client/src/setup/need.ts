/** A pure function that tells what is missing before anything can be asked. */
import type { Status } from "../server/messages";
import type { ServerHealth } from "../server/session";

export type Need = "environment" | "key";

/** The state of the set-up, as the panel shows it. */
export interface SetUpState {
  /** What is missing; undefined if nothing is, or it is not known yet. */
  readonly need?: Need;
  /** The environment variable of the key that is missing. */
  readonly key?: string;
  /** The step that is running now, as one line of text. */
  readonly doing?: string;
  /** Why the last step failed, in one sentence. */
  readonly problem?: string;
  /** True if a question waits and is asked once nothing is missing. */
  readonly waits: boolean;
}

/** Tells what is missing from the server's health and status. */
export function needOf(health: ServerHealth, status: Status | undefined): Pick<SetUpState, "need" | "key"> {
  if (health.state === "missing") return { need: "environment" };
  const key = health.state === "running" ? status?.needsKey : undefined;
  return key === undefined ? {} : { need: "key", key };
}
