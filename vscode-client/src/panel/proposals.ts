/** The proposals of this window: those that wait, and applied ones that can still be undone. */
import * as vscode from "vscode";
import { actionName } from "../server/actions";
import type { EditGot, TaskChanged, TaskState } from "../server/messages";
import type { Session } from "../server/session";
import type { FileChange, Proposal } from "./protocol";

const WAITS = new Set<TaskState>(["proposed", "partlyApplied"]);
const UNDOABLE = new Set<TaskState>(["applied", "partlyApplied"]);
/** The most applied proposals that stay in view, so that they can be undone. */
const MOST_UNDOABLE = 10;

export class Proposals implements vscode.Disposable {
  private readonly found = new Map<string, Proposal>();
  /** The latest state of each proposal. A server's reply may be older than its notification. */
  private readonly states = new Map<string, TaskState>();
  private readonly changed = new vscode.EventEmitter<Proposal>();
  private readonly cleared = new vscode.EventEmitter<void>();
  private readonly parts: { dispose(): unknown }[];

  /** Fires when a proposal comes or changes. */
  readonly onDidChange = this.changed.event;
  /** Fires when all are gone because another server runs. It then sends its own ones one by one. */
  readonly onDidClear = this.cleared.event;

  constructor(private readonly session: Session) {
    this.parts = [
      this.changed,
      this.cleared,
      session.onDidChangeTask((event) => void this.task(event)),
      session.onDidChangeHealth(({ state }) => {
        if (state === "running") void this.load();
      }),
    ];
  }

  dispose(): void {
    for (const part of this.parts) part.dispose();
  }

  get(editId: string | undefined): Proposal | undefined {
    return editId === undefined ? undefined : this.found.get(editId);
  }

  /** The waiting proposals, then the applied ones, each with the newest first. */
  get inbox(): Proposal[] {
    const all = [...this.found.values()].reverse();
    return [
      ...all.filter(({ waiting }) => waiting > 0),
      ...all.filter(({ state, waiting }) => UNDOABLE.has(state) && waiting === 0).slice(0, MOST_UNDOABLE),
    ];
  }

  /** Loads the proposals that the server knows from before this panel or before a restart. */
  private async load(): Promise<void> {
    this.found.clear();
    this.cleared.fire();
    const { tasks } = await this.session.request("tierwise/history/query", { state: "proposed", limit: 50 });
    for (const task of tasks.reverse()) {
      await this.look(task.editId, { ...task, state: "proposed" });
    }
  }

  private async task(event: TaskChanged): Promise<void> {
    if (event.editId === undefined) return;
    this.states.set(event.editId, event.state);
    const known = this.found.get(event.editId);
    if (WAITS.has(event.state)) {
      await this.look(event.editId, event);
    } else if (known !== undefined && known.state !== event.state) {
      const undone = event.state === "discarded" && known.state === "applied";
      this.put({ ...known, state: event.state, undone, waiting: 0 });
    }
    for (const other of this.found.values()) {
      // A redo replaces the proposal of its task.
      if (other.taskId === event.taskId && other.editId !== event.editId) this.found.delete(other.editId);
    }
  }

  private async look(
    editId: string | undefined,
    task: Pick<TaskChanged, "taskId" | "action" | "decision" | "state">,
  ): Promise<void> {
    if (editId === undefined) return;
    let got: EditGot;
    try {
      got = await this.session.request("tierwise/edit/get", { editId });
    } catch {
      this.found.delete(editId);
      return;
    }
    this.put({
      editId,
      taskId: task.taskId,
      name: actionName(task.action),
      headline: task.decision.headline,
      state: this.states.get(editId) ?? task.state,
      waiting: got.hunks.filter(({ state: hunk }) => hunk === "pending" || hunk === "refused").length,
      files: filesOf(got.diff),
      note: got.note,
      stale: got.stale,
    });
  }

  private put(proposal: Proposal): void {
    this.found.set(proposal.editId, proposal);
    this.changed.fire(proposal);
  }
}

/** The files of a unified diff, with how many lines each gains and loses. */
export function filesOf(diff: string): FileChange[] {
  const files: { path: string; added: number; removed: number }[] = [];
  let before = "";
  let left = 0;
  for (const line of diff.split("\n")) {
    const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
    const file = files.at(-1);
    if (left > 0) {
      // Inside a hunk its line counts decide, because a line of code may look like a header.
      if (line.startsWith("+")) left -= 1;
      else if (line.startsWith("-")) left -= 1;
      else if (!line.startsWith("\\")) left -= 2;
      if (file !== undefined && line.startsWith("+")) file.added += 1;
      if (file !== undefined && line.startsWith("-")) file.removed += 1;
    } else if (hunk !== null) {
      left = Number(hunk[1] ?? 1) + Number(hunk[2] ?? 1);
    } else if (line.startsWith("--- ")) {
      before = path(line);
    } else if (line.startsWith("+++ ")) {
      const after = path(line);
      files.push({ path: after === "" ? before : after, added: 0, removed: 0 });
    }
  }
  return files;
}

function path(line: string): string {
  const name = line.slice(4).replace(/\t.*$/, "").trim();
  return name === "/dev/null" ? "" : name.replace(/^[ab]\//, "");
}
