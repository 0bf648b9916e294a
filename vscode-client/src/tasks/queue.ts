/** The night queue in the palette: queues tasks for tonight, shows groups and applies them. */
import * as vscode from "vscode";
import type { GroupFigures, QueueJob } from "../server/messages";
import type { Group } from "../panel/protocol";
import type { Session } from "../server/session";

interface GroupItem extends vscode.QuickPickItem {
  readonly group: GroupFigures;
}
interface WayItem extends vscode.QuickPickItem {
  readonly run: () => Thenable<unknown>;
}

export class Queue implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  /** Fires when a group was queued, applied or undone. */
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly session: Session,
    private readonly open: (editId: string) => Thenable<unknown>,
  ) {}

  dispose(): void {
    this.changed.dispose();
  }

  /** Queues a task on the selection or else the whole file for tonight. Asks for an instruction. */
  async add(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) return;
    const instruction = await vscode.window.showInputBox({
      title: vscode.l10n.t("Tierwise: Queue for tonight"),
      placeHolder: vscode.l10n.t("What is to be done while nobody looks on?"),
    });
    if (instruction === undefined || instruction.trim() === "") return;
    const { document, selection } = editor;
    await this.session.request("tierwise/queue/add", {
      action: "edit",
      instruction,
      textDocuments: [{ uri: document.uri.toString() }],
      ...(selection.isEmpty ? {} : { range: { start: selection.start, end: selection.end } }),
    });
  }

  /** The groups with something to apply or undo, the latest first. */
  async groups(): Promise<Group[]> {
    const { groups } = await this.session.request("tierwise/queue/list", null);
    const found = groups.map(({ id, line, counts }) => ({ id, line, ready: counts["ready"] ?? 0, applied: counts["applied"] ?? 0 }));
    return found.filter(({ ready, applied }) => ready + applied > 0);
  }

  /** Shows the groups, then what can be done with the chosen one. */
  async report(): Promise<void> {
    const { groups } = await this.session.request("tierwise/queue/report", {});
    if (groups.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t("The queue is empty."));
      return;
    }
    const items = groups.map((group): GroupItem => ({ label: group.line, description: group.id, group }));
    const chosen = await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Tierwise: Night queue") });
    if (chosen !== undefined) await this.choose(chosen.group);
  }

  /** Undoes a group with applied edits. If there are several, the operator chooses one. */
  async undo(): Promise<void> {
    const groups = (await this.groups()).filter(({ applied }) => applied > 0);
    if (groups.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t("Tierwise: no group is applied."));
      return;
    }
    const items = groups.map(({ id, line }) => ({ label: line, description: id, id }));
    const title = vscode.l10n.t("Undo which group?");
    const chosen = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { title });
    if (chosen !== undefined) await this.resolve(chosen.id, "undo");
  }

  /** Applies a group's passed edits, or undoes its applied ones. Shows what was done and left. */
  async resolve(group: string, action: "apply" | "undo"): Promise<void> {
    const done = await this.session.request(`tierwise/queue/${action}`, action === "apply" ? { group, passed: true } : { group });
    const count = done.applied.length;
    const said = action === "apply" ? vscode.l10n.t("{0} applied.", count) : vscode.l10n.t("{0} taken back.", count);
    const left = new Set(done.left.map(({ reason }) => reason));
    void vscode.window.showInformationMessage([said, ...left].join(" "));
    this.changed.fire();
  }

  private async choose(group: GroupFigures): Promise<void> {
    const applied = (group.counts["applied"] ?? 0) > 0;
    const ways: WayItem[] = [
      { label: vscode.l10n.t("Apply all that passed"), run: () => this.resolve(group.id, "apply") },
      ...(applied ? [{ label: vscode.l10n.t("Undo this group"), run: () => this.resolve(group.id, "undo") }] : []),
      {
        label: vscode.l10n.t("Give this group up"),
        run: () => this.session.request("tierwise/queue/cancel", { group: group.id }),
      },
      ...group.jobs.map((job) => ({
        label: job.path,
        description: job.said,
        run: () => this.look(job),
      })),
    ];
    const way = await vscode.window.showQuickPick(ways, { title: group.line });
    await way?.run();
  }

  private async look(job: QueueJob): Promise<void> {
    if (job.editId !== undefined) await this.open(job.editId);
    else await vscode.window.showTextDocument(vscode.Uri.parse(job.uri));
  }
}
