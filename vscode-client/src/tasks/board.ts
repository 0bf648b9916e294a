/** The tasks of this window, each as the server last sent it. */
import * as vscode from "vscode";
import type { TaskChanged, TaskState } from "../server/messages";
import type { Session } from "../server/session";

const RUNNING: ReadonlySet<TaskState> = new Set(["routing", "running", "paused"]);
const WAITING: ReadonlySet<TaskState> = new Set(["proposed", "partlyApplied"]);
/** The most tasks that are remembered. Older ones are in the ledger. */
const KEPT = 100;

export class Board implements vscode.Disposable {
  private readonly tasks = new Map<string, TaskChanged>();
  private readonly parts: vscode.Disposable[];

  constructor(session: Session) {
    this.parts = [
      session.onDidChangeTask((task) => {
        this.take(task);
      }),
      session.onDidChangeHealth(({ state }) => {
        // Tasks and proposals belong to one server process. The next one does not know them.
        if (state === "running") return;
        this.tasks.clear();
        this.tell();
      }),
    ];
  }

  dispose(): void {
    for (const part of this.parts) part.dispose();
  }

  get(taskId: string): TaskChanged | undefined {
    return this.tasks.get(taskId);
  }

  byEdit(editId: string): TaskChanged | undefined {
    return this.newest((task) => task.editId === editId);
  }

  /** The most recently changed task for which `fits` is true. */
  newest(fits: (task: TaskChanged) => boolean = () => true): TaskChanged | undefined {
    return [...this.tasks.values()].reverse().find(fits);
  }

  get running(): TaskChanged | undefined {
    return this.newest(({ state }) => RUNNING.has(state));
  }

  /** The waiting proposal at a place of a document, else in that document, else the newest one. */
  pending(uri?: string, line?: number): TaskChanged | undefined {
    const waits = (task: TaskChanged): boolean => this.waits(task);
    const here = (task: TaskChanged): boolean =>
      task.uri === uri &&
      (task.range === undefined || line === undefined
        || (task.range.start.line <= line && line <= task.range.end.line));
    return (
      this.newest((task) => waits(task) && here(task)) ??
      this.newest((task) => waits(task) && task.uri === uri) ??
      this.newest(waits)
    );
  }

  private waits({ state, editId, waiting = 0 }: TaskChanged): boolean {
    return WAITING.has(state) && editId !== undefined && waiting > 0;
  }

  private take(task: TaskChanged): void {
    this.tasks.delete(task.taskId);
    this.tasks.set(task.taskId, task);
    for (const id of this.tasks.keys()) {
      if (this.tasks.size <= KEPT) break;
      this.tasks.delete(id);
    }
    this.tell();
  }

  /** Sets the context keys that enable keys and menus. */
  private tell(): void {
    const waiting = this.newest((task) => this.waits(task));
    void vscode.commands.executeCommand("setContext", "tierwise.busy", this.running !== undefined);
    void vscode.commands.executeCommand("setContext", "tierwise.hasProposal", waiting !== undefined);
  }
}
