/** Opens the walkthrough once by itself, and ticks its steps when they have really happened. */
import * as vscode from "vscode";
import type { Session } from "../server/session";
import type { SetUp } from "./setup";

const OPENED = "tierwise.walkthrough.opened";
const WALKTHROUGH = "tierwise.tierwise#start";

/** Opens the walkthrough at the first start with something to set up, if the settings allow it. */
export function introduce(memory: vscode.Memento, setUp: SetUp, session: Session): vscode.Disposable {
  const heard = setUp.onDidChange(({ need }) => {
    if (need === undefined || memory.get<boolean>(OPENED) === true) return;
    void memory.update(OPENED, true);
    const wanted = vscode.workspace
      .getConfiguration("workbench.welcomePage.walkthroughs")
      .get<boolean>("openOnInstall", true);
    if (wanted) void vscode.commands.executeCommand("workbench.action.openWalkthrough", WALKTHROUGH, false);
  });
  const applied = session.onDidChangeTask(({ state }) => {
    if (state === "applied" || state === "partlyApplied") {
      void vscode.commands.executeCommand("setContext", "tierwise.applied", true);
    }
  });
  return vscode.Disposable.from(heard, applied);
}
