/**
 * Collects the streams of edit tasks. If such a task is answered in words, `read` gets the text
 * once it is complete. Before that it could still become an edit, which streams as text too.
 */
import type { Disposable } from "vscode";
import type { TaskChanged } from "../server/messages";
import type { Session } from "../server/session";

const OVER: ReadonlySet<TaskChanged["state"]> = new Set<TaskChanged["state"]>([
  "proposed", "applied", "discarded", "cancelled", "failed", "expired",
]);

export class Answers implements Disposable {
  private readonly texts = new Map<string, string>();
  private readonly parts: Disposable[];

  constructor(
    session: Session,
    isOurs: (taskId: string) => boolean,
    read: (task: TaskChanged, text: string) => void,
  ) {
    this.parts = [
      session.onDidStream(({ taskId, kind, delta = "" }) => {
        if (!isOurs(taskId)) return;
        if (kind === "reset") this.texts.delete(taskId);
        if (kind === "delta") this.texts.set(taskId, (this.texts.get(taskId) ?? "") + delta);
      }),
      session.onDidChangeTask((task) => {
        const text = this.texts.get(task.taskId);
        if (task.state === "answered" && text !== undefined) read(task, text);
        if (task.state === "answered" || OVER.has(task.state)) this.texts.delete(task.taskId);
      }),
    ];
  }

  dispose(): void {
    for (const part of this.parts) part.dispose();
  }
}
