/** What is checked inside the extension host: the editor loads this bundle and calls `run`. */
import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Api } from "../../src/extension";

type Check = (api: Api) => Promise<void>;

const CHECKS: Readonly<Record<string, Check>> = {
  async "the server answers, and says its tiers"({ session }) {
    await session.start();
    assert.equal(session.health.state, "running", session.health.problem);
    assert.deepEqual(session.tiers, ["haiku", "sonnet", "opus"]);
    const status = await session.request("tierwise/status", null);
    assert.match(status.text, /^Auto/);
  },

  async "every command of the manifest is there"() {
    const extension = vscode.extensions.getExtension("tierwise.tierwise");
    const { commands } = (extension?.packageJSON as { contributes: { commands: { command: string }[] } }).contributes;
    const known = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(commands.map(({ command }) => command).filter((id) => !known.has(id)), []);
  },

  async "a workspace cannot choose a program, an endpoint, a tier or a budget"() {
    const settings = vscode.workspace.getConfiguration("tierwise");
    const values = { "server.command": ["x"], baseUrl: "http://127.0.0.1:9", tiers: [], "budget.dayUsd": 100 };
    for (const [name, value] of Object.entries(values)) {
      await assert.rejects(
        Promise.resolve(settings.update(name, value, vscode.ConfigurationTarget.Workspace)),
        `${name} can be set by a workspace`,
      );
    }
  },

  async "settings that are not for the file reach the server"({ session }) {
    const settings = vscode.workspace.getConfiguration("tierwise");
    const heard = new Promise<void>((resolve) => {
      session.onDidChangeStatus(({ kind }) => {
        if (kind === "rehearsal") resolve();
      });
    });
    await settings.update("rehearsal", true, vscode.ConfigurationTarget.Global);
    await heard;
    await settings.update("rehearsal", undefined, vscode.ConfigurationTarget.Global);
  },

  async "our model is among the editor's own, and answers, where the editor takes models"() {
    const models = await vscode.lm.selectChatModels({ vendor: "tierwise" });
    if (!("registerLanguageModelChatProvider" in vscode.lm)) {
      assert.deepEqual(models, [], "this editor takes none");
      return;
    }
    const [auto] = models;
    assert.equal(auto?.name, "Auto (Tierwise)");
    const question = vscode.LanguageModelChatMessage.User("what does add_numbers do?");
    let text = "";
    for await (const piece of (await auto.sendRequest([question])).text) text += piece;
    assert.notEqual(text, "");
  },

  async "a file counts as open while it has a tab, not because an extension read it"({ session }) {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder);
    const [sample, other] = ["sample.py", "other.py"].map((name) => vscode.Uri.joinPath(folder.uri, name));
    assert.ok(sample && other);
    await vscode.workspace.fs.writeFile(other, Buffer.from("from sample import add_numbers\n"));
    const beside = async (): Promise<number> => {
      const { signals } = await session.request("tierwise/route/explain", {
        action: "edit",
        instruction: "rename a to first",
        textDocument: { uri: sample.toString() },
        range: { start: { line: 3, character: 0 }, end: { line: 5, character: 0 } },
      });
      return signals["files.open"] ?? 0;
    };
    const becomes = async (is: (files: number) => boolean): Promise<void> => {
      while (!is(await beside())) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await vscode.window.showTextDocument(sample);
    const read = await vscode.workspace.openTextDocument(other);
    assert.equal(await beside(), 0, "only an extension read it");
    await vscode.window.showTextDocument(read, { preview: false });
    await becomes((files) => files > 0);
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    await becomes((files) => files === 0);
  },

  async "an edit is proposed, applied in one step, and taken back"({ session }) {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder.uri, "sample.py"));
    await vscode.window.showTextDocument(document);
    const before = document.getText();
    const proposed = new Promise<string>((resolve, reject) => {
      session.onDidChangeTask(({ state, editId, error }) => {
        if (state === "proposed" && editId !== undefined) resolve(editId);
        if (error !== undefined) reject(new Error(error.message));
      });
    });
    await session.request("tierwise/task/start", {
      action: "document",
      textDocument: { uri: document.uri.toString() },
      range: { start: { line: 3, character: 0 }, end: { line: 5, character: 0 } },
    });
    const editId = await proposed;
    assert.equal(document.getText(), before, "nothing changes before apply");
    const { applied } = await session.run("tierwise.edit.apply", { editId });
    assert.ok(applied);
    assert.notEqual(document.getText(), before);
    await vscode.commands.executeCommand("undo");
    assert.equal(document.getText(), before, "one undo takes it back");
  },
};

/** Runs every check; rejects with the names of those that failed. */
export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension<Api>("tierwise.tierwise");
  assert.ok(extension, "the extension is there");
  const api = await extension.activate();
  const { load, activate } = api.took;
  console.log(`FIGURE activation ${load.toFixed(1)} + ${activate.toFixed(1)} ms`);
  const failed: string[] = [];
  for (const [name, check] of Object.entries(CHECKS)) {
    try {
      await check(api);
      console.log(`PASSED ${name}`);
    } catch (error) {
      failed.push(name);
      console.log(`FAILED ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (failed.length > 0) throw new Error(failed.join("; "));
}
