/** The commands of the palette, all `tierwise.ui.*`, and the handling of the server's lenses. */
import * as vscode from "vscode";
import { ACTIONS } from "./server/actions";
import type { Action, EditId } from "./server/messages";
import type { Keys } from "./server/key";
import type { Session } from "./server/session";
import type { Board } from "./tasks/board";
import { Choice } from "./tasks/choice";
import type { MenuRow } from "./tasks/codeActions";
import type { Tasks } from "./tasks/start";
import type { CommandUse } from "./tasks/lens";
import { generateMessage } from "./extras/scm";
import { openReport } from "./panel/report";
import { choosePython } from "./setup/make";
import type { SetUp } from "./setup/setup";
import type { Menu } from "./status/menu";
import type { Preview } from "./preview/preview";
import { goTo, hunkAt, spotOf, type Spot } from "./preview/hunks";
import { problemOf, tell, type WaysOn } from "./tasks/trouble";
import type { Queue } from "./tasks/queue";
import type { WhyDocuments } from "./tasks/why";

export interface Parts {
  readonly session: Session;
  readonly keys: Keys;
  readonly board: Board;
  readonly tasks: Tasks;
  readonly menu: Menu;
  readonly preview: Preview;
  readonly why: WhyDocuments;
  readonly queue: Queue;
  readonly log: vscode.LogOutputChannel;
  readonly setUp: SetUp;
  /** Brings the panel to the front. */
  readonly show: (tab: "chat" | "inbox" | "usage") => Thenable<unknown>;
  readonly newChat: () => Thenable<unknown>;
}

type Run = (...args: never[]) => unknown;

export function registerCommands(parts: Parts): vscode.Disposable {
  const { session, board, menu, preview, tasks, log } = parts;
  const onCode = (Object.keys(ACTIONS) as Action[]).filter((action) => ACTIONS[action].onCode);
  const choice = new Choice(session, (params) => tasks.begin(params), () => menu.rehearses());
  const start = (action: Action) => () => tasks.here(action);
  const table: Readonly<Record<string, Run>> = {
    ...Object.fromEntries(onCode.map((action) => [action, start(action)])),
    applyHere: (editId: string, hunk: string) =>
      resolve(parts, "tierwise.edit.apply", { editId, hunks: [hunk] }),
    discardHere: (editId: string, hunk: string) =>
      resolve(parts, "tierwise.edit.discard", { editId, hunks: [hunk] }),
    fixAt: (uri: string, line: number, character: number, endLine: number, endCharacter: number) =>
      tasks.fixAt(uri, new vscode.Range(line, character, endLine, endCharacter)),
    generateMessage: (of: unknown) => generateMessage(session, parts.setUp, of),
    stop: async () => {
      const task = board.running;
      if (task !== undefined) await session.request("tierwise/task/cancel", { taskId: task.taskId });
    },
    menu: () => menu.show(),
    useTier: () => menu.useTier(),
    whyThese: (rows: readonly MenuRow[]) => choice.why(rows),
    anotherTier: (rows: readonly MenuRow[]) => choice.another(rows),
    pin: () => menu.pin(),
    unpin: () => menu.unpin(),
    remap: () => menu.remap(),
    budget: () => menu.budget(),
    budgetSettings: () => menu.budgetSettings(),
    preference: () => menu.preference(),
    why: async () => {
      const task = board.newest();
      if (task !== undefined) {
        await parts.why.show(
          task.taskId,
          await session.request("tierwise/route/explain", { taskId: task.taskId }),
        );
      }
    },
    showProposal: async () => {
      const editId = here(parts)?.editId;
      if (editId !== undefined) await preview.open(editId);
    },
    apply: () => onProposal(parts, "tierwise.edit.apply"),
    discard: () => onProposal(parts, "tierwise.edit.discard"),
    // For the buttons above a diff. The commands with keys would show their keys, on two lines.
    applyShown: () => onProposal(parts, "tierwise.edit.apply"),
    discardShown: () => onProposal(parts, "tierwise.edit.discard"),
    redoShown: () => redo(parts),
    applyHunk: () => onHunk(parts, "tierwise.edit.apply"),
    discardHunk: () => onHunk(parts, "tierwise.edit.discard"),
    nextHunk: () => {
      step(parts, 1);
    },
    previousHunk: () => {
      step(parts, -1);
    },
    redo: () => redo(parts),
    undo: async () => {
      const task = board.newest(({ state }) => state === "applied" || state === "partlyApplied");
      if (task?.editId !== undefined) await resolve(parts, "tierwise.edit.undo", { editId: task.editId });
    },
    queue: () => parts.queue.add(),
    queueReport: () => parts.queue.report(),
    queueUndo: () => parts.queue.undo(),
    setKey: () => parts.setUp.setKey(),
    removeKey: () => parts.keys.remove(),
    rehearse: () => parts.setUp.rehearse(true),
    leaveRehearsal: () => parts.setUp.rehearse(false),
    setUp: () => parts.setUp.create(),
    stopSetUp: () => {
      parts.setUp.stop();
    },
    choosePython: async () => (await choosePython()) && parts.setUp.create(),
    restart: async () => {
      // An open question of the old server has no effect any more. The new server asks it again.
      await vscode.commands.executeCommand("notifications.hideToasts");
      await session.restart();
    },
    showLog: () => {
      log.show();
    },
    chat: () => parts.show("chat"),
    newChat: () => parts.newChat(),
    inbox: () => parts.show("inbox"),
    usage: () => parts.show("usage"),
    report: () => openReport(session),
  };
  const registered = Object.entries(table).map(([name, run]) =>
    vscode.commands.registerCommand(`tierwise.ui.${name}`, async (...args: never[]) => {
      try {
        return await run(...args);
      } catch (error) {
        return tell(problemOf(error), waysOn(parts));
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

/** How this client runs the commands of the server's lenses and code actions. */
export function commandUse(parts: () => Parts): CommandUse {
  return {
    start: (params) => parts().tasks.begin(params),
    showDiff: (editId) => parts().preview.open(editId).catch((error: unknown) => tell(problemOf(error), waysOn(parts()))),
    resolve: (command, argument, next) => settled(parts(), command, argument, next),
    rehearses: () => parts().menu.rehearses(),
    run: (next) => next().catch((error: unknown) => tell(problemOf(error), waysOn(parts()))),
  };
}

export function waysOn(parts: Pick<Parts, "session" | "setUp" | "log">, editId?: string, taskId?: string): WaysOn {
  const { session, setUp, log } = parts;
  return {
    log,
    setKey: () => setUp.setKey(),
    ...(taskId === undefined
      ? {}
      : { rerun: () => session.run("tierwise.task.rerunOn", { taskId, tier: "same" }) }),
    ...(editId === undefined ? {} : { discard: () => session.run("tierwise.edit.discard", { editId }) }),
  };
}

/** The proposal under the cursor or of the open diff, else the newest one. */
function here({ preview, board }: Parts): Pick<Spot, "editId"> | undefined {
  const editor = vscode.window.activeTextEditor;
  const spot = editor === undefined ? undefined : spotOf(editor, preview, board);
  const shown = spot?.editId ?? preview.shownIn(vscode.window.tabGroups.activeTabGroup.activeTab);
  const editId = shown ?? board.pending()?.editId;
  return editId === undefined ? undefined : { editId };
}

async function redo(parts: Parts): Promise<void> {
  const editId = here(parts)?.editId;
  const task = editId === undefined ? parts.board.newest() : parts.board.byEdit(editId);
  if (task !== undefined) await parts.session.run("tierwise.task.rerunOn", { taskId: task.taskId, tier: "up" });
}

type Resolving = "tierwise.edit.apply" | "tierwise.edit.discard" | "tierwise.edit.undo";

async function onProposal(parts: Parts, command: Resolving): Promise<void> {
  const spot = here(parts);
  if (spot !== undefined) await resolve(parts, command, { editId: spot.editId });
}

async function onHunk(parts: Parts, command: Resolving): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const spot = editor === undefined ? undefined : spotOf(editor, parts.preview, parts.board);
  const hunk = spot === undefined ? undefined : hunkAt(spot, parts.preview);
  if (spot !== undefined && hunk !== undefined) {
    await resolve(parts, command, { editId: spot.editId, hunks: [hunk] });
  }
}

function step({ preview, board }: Parts, by: 1 | -1): void {
  const editor = vscode.window.activeTextEditor;
  const spot = editor === undefined ? undefined : spotOf(editor, preview, board);
  if (editor !== undefined && spot !== undefined) goTo(by, editor, spot, preview);
}

function resolve(parts: Parts, command: Resolving, argument: EditId): Promise<unknown> {
  return settled(parts, command, argument, () => parts.session.run(command, argument));
}

/** Applies, discards or undoes. If that fails, says why and offers what can be done instead. */
async function settled(
  parts: Parts,
  command: string,
  { editId }: EditId,
  next: () => Promise<unknown>,
): Promise<unknown> {
  try {
    const result = (await next()) as { applied?: boolean; failureReason?: string } | undefined;
    if (command !== "tierwise.edit.discard" && result?.failureReason !== undefined) {
      void vscode.window.showWarningMessage(`Tierwise: ${result.failureReason}`);
    }
    return result;
  } catch (error) {
    await tell(problemOf(error), waysOn(parts, editId, parts.board.byEdit(editId)?.taskId));
    return undefined;
  }
}
