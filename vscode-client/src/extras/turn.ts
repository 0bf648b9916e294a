/** Runs one chat turn and streams it: the decision first, then the text as it comes. */
import { randomUUID } from "node:crypto";
import type { CancellationToken } from "vscode";
import type { ChatReply, ChatSend, Decision } from "../server/messages";
import type { Session } from "../server/session";

export interface Shown {
  decided(decision: Decision): void;
  delta(text: string): void;
  /** The text so far is void, because another attempt answers. */
  reset(reason: string): void;
}

/** Asks and streams. Rejects with the server's sentence. A cancel keeps and books what came. */
export async function turn(
  session: Session,
  params: Omit<ChatSend, "taskId">,
  token: CancellationToken,
  shown: Shown,
): Promise<ChatReply> {
  const taskId = randomUUID().slice(0, 12);
  let answering: string | undefined;
  const heard = session.onDidStream((event) => {
    if (event.taskId !== taskId) return;
    if (event.kind === "decision" && event.decision && event.decision.answering !== answering) {
      answering = event.decision.answering;
      shown.decided(event.decision);
    }
    if (event.kind === "delta" && event.delta !== undefined) shown.delta(event.delta);
    if (event.kind === "reset") shown.reset(event.reason ?? "");
  });
  const stopped = token.onCancellationRequested(() => {
    void session.request("tierwise/task/cancel", { taskId }).catch(() => undefined);
  });
  try {
    return await session.request("tierwise/chat/send", { ...params, taskId });
  } finally {
    heard.dispose();
    stopped.dispose();
  }
}
