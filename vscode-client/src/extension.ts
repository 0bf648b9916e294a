/** The composition root: makes every part once and hands it what it needs. */
import * as vscode from "vscode";
import { commandUse, registerCommands, waysOn, type Parts } from "./commands";
import { FixHover } from "./extras/fixHover";
import { registerParticipant } from "./extras/participant";
import { registerProvider } from "./extras/provider";
import { Panel } from "./panel/view";
import { Growing } from "./preview/growing";
import { HunkLenses } from "./preview/hunks";
import { InPlace } from "./preview/inPlace";
import { Preview } from "./preview/preview";
import type { Session } from "./server/session";
import { serve } from "./server/start";
import { rehearse } from "./setup/rehearsal";
import { SetUp } from "./setup/setup";
import { introduce } from "./setup/walkthrough";
import { showHealth, tellHealth } from "./status/health";
import { StatusItem } from "./status/item";
import { Menu } from "./status/menu";
import { Answers } from "./tasks/answers";
import { Board } from "./tasks/board";
import { lensMiddleware } from "./tasks/lens";
import { Tasks } from "./tasks/start";
import { problemOf, tell } from "./tasks/trouble";
import { Queue } from "./tasks/queue";
import { WhyDocuments } from "./tasks/why";

/** What other parts of this extension and its in-host tests may use. */
export interface Api {
  readonly session: Session;
  /** Milliseconds that it took to run the bundle, and to run `activate`. */
  readonly took: { readonly load: number; readonly activate: number };
}

/** The time at which the bundle began to run. The build sets it. */
declare const tierwiseLoadedAt: number;
/** Milliseconds until here. This module runs last, so they are the load time of the bundle. */
const load = performance.now() - tierwiseLoadedAt;

export function activate(context: vscode.ExtensionContext): Api {
  const began = performance.now();
  const log = vscode.window.createOutputChannel("Tierwise", { log: true });
  const { session, keys, make } = serve(context, log, () => lensMiddleware(commandUse(() => parts)));
  const setUp: SetUp = new SetUp({
    session,
    make,
    askKey: (name) => keys.ask(name),
    rehearse,
    show: () => void panel.show("chat"),
  });
  const board = new Board(session);
  const tasks: Tasks = new Tasks(session, setUp, {
    failed: (error) => void tell(problemOf(error), waysOn(parts)),
    read: (params) => panel.start(params),
  });
  const preview = new Preview(session, board, {
    opensByItself: (task) => tasks.isOurs(task.taskId) && howToShow() === "always",
    staled: (editId) => {
      const ways = waysOn(parts, editId, board.byEdit(editId)?.taskId);
      void tell({ name: "DocumentChanged", message: vscode.l10n.t("File changed") }, ways);
    },
  });
  const menu = new Menu(session, board);
  const why = new WhyDocuments();
  const queue = new Queue(session, (editId) => preview.open(editId));
  const parts: Parts = {
    session, keys, board, tasks, menu, preview, why, log, setUp, queue,
    show: (tab) => panel.show(tab),
    newChat: () => panel.newChat(),
  };
  const panel = new Panel({
    session,
    setUp,
    queue,
    extension: context,
    log,
    showDiff: (editId) => preview.open(editId),
    failed: (error) => tell(problemOf(error), waysOn(parts)),
  });
  context.subscriptions.push(
    log,
    panel,
    queue,
    setUp,
    introduce(context.globalState, setUp, session),
    board,
    preview,
    why,
    new HunkLenses(preview),
    new InPlace(preview, (taskId) => tasks.isOurs(taskId) && howToShow() === "inBuffer"),
    new FixHover(),
    new Growing(session),
    new Answers(session, (taskId) => tasks.isOurs(taskId), (task, text) => {
      void panel.read(task, tasks.asked(task.taskId), text);
    }),
    new StatusItem(session),
    showHealth(session),
    tellHealth(session, log),
    registerCommands(parts),
    registerParticipant(session, setUp, context),
    registerProvider(session, log),
    session.onDidChangeTask(({ taskId, state, error }) => {
      if (state === "failed" && error !== undefined && tasks.isOurs(taskId)) void tell(error, waysOn(parts));
    }),
  );
  const took = { load, activate: performance.now() - began };
  log.info(`loaded in ${took.load.toFixed(1)} ms, activated in ${took.activate.toFixed(1)} ms`);
  return { session, took };
}

/** The setting that says if a proposal opens as a diff by itself, shows in its file, or waits. */
function howToShow(): string {
  return vscode.workspace.getConfiguration("tierwise").get<string>("preview.open", "always");
}
