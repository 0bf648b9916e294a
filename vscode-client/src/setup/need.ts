/** What is missing before anything can be asked. Pure. */
import type { Status } from "../server/messages";
import type { ServerHealth } from "../server/session";

export type Need = "environment" | "key";

/** How the set-up stands, as the panel shows it. */
export interface SetUpState {
  /** What is missing; undefined where nothing is, or nobody knows yet. */
  readonly need?: Need;
  /** The variable of the key that is missing. */
  readonly key?: string;
  /** What is being done, in one line that changes. */
  readonly doing?: string;
  /** Why it was not done, in one sentence. */
  readonly problem?: string;
  /** Whether something that was asked goes on once nothing is missing. */
  readonly waits: boolean;
}

/** What is missing, by what the server and its health say. */
export function needOf(health: ServerHealth, status: Status | undefined): Pick<SetUpState, "need" | "key"> {
  if (health.state === "missing") return { need: "environment" };
  const key = health.state === "running" ? status?.needsKey : undefined;
  return key === undefined ? {} : { need: "key", key };
}
