/** The look of the status item: an icon before the server's words, and a colour for money. */
import type { Status } from "../server/messages";
import type { ServerHealth } from "../server/session";

export interface Look {
  readonly text: string;
  readonly background?: "warning" | "error";
}

/** The item's texts for a server that does not run and so sends none. */
export interface OwnWords {
  readonly starting: string;
  readonly restarting: string;
  readonly setUp: string;
  readonly noKey: string;
  readonly stopped: string;
}

export function look(status: Status | undefined, health: ServerHealth, words: OwnWords): Look {
  switch (health.state) {
    case "starting":
      return { text: `$(sync~spin) ${words.starting}` };
    case "waiting":
      return { text: `$(sync~spin) ${words.restarting}` };
    case "missing":
      return { text: `$(cloud-download) ${words.setUp}`, background: "warning" };
    case "stopped":
      return { text: `$(circle-slash) ${words.stopped}` };
    case "failed":
      return { text: `$(error) ${words.stopped}`, background: "error" };
    case "running":
      if (status === undefined) return { text: "$(circuit-board) Auto" };
      return status.needsKey === undefined
        ? ofServer(status)
        : { text: `$(key) ${words.noKey}`, background: "warning" };
  }
}

function ofServer(status: Status): Look {
  const text = `$(${icon(status)}) ${status.text}`;
  if (status.kind === "error" || status.kind === "paused") return { text, background: "error" };
  return status.level === "soft" ? { text, background: "warning" } : { text };
}

function icon(status: Status): string {
  if (status.kind === "error") return "error";
  if (status.kind === "paused") return "debug-pause";
  switch (status.state) {
    case "routing":
    case "running":
      return "sync~spin";
    case "paused":
      return "debug-pause";
    case "proposed":
      return "diff";
    case "applied":
    case "partlyApplied":
    case "answered":
      return "check";
    case "failed":
      return "error";
    case "discarded":
    case "cancelled":
    case "expired":
      return "circle-slash";
    case undefined:
      break;
  }
  if (status.kind === "rehearsal") return "beaker";
  if (status.level === "soft") return "warning";
  return status.pins.length > 0 ? "pin" : "circuit-board";
}

/** The item's text for a screen reader: without icons, and with a word instead of the arrow. */
export function spoken(text: string, insteadOf: string): string {
  return `Tierwise: ${text.replace(/\$\([^)]*\) ?/g, "").replace(/([^\s,]+) → ([^\s,]+)/g, `$2 ${insteadOf} $1`)}`;
}
