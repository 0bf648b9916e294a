/** The menu of the status item, for the current task and for later ones. */
import * as vscode from "vscode";
import { actionName } from "../server/actions";
import type { DialTurn, Override, Status, TaskChanged } from "../server/messages";
import type { Session } from "../server/session";
import type { Board } from "../tasks/board";
import { amount, tierName } from "../tasks/words";

interface Item extends vscode.QuickPickItem {
  readonly go?: () => unknown;
}

const command = (label: string, id: string, description?: string): Item => ({
  label,
  description,
  go: () => vscode.commands.executeCommand(id),
});
const section = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });

export class Menu {
  private kind: Status["kind"] | undefined;

  constructor(
    private readonly session: Session,
    private readonly board: Board,
  ) {
    session.onDidChangeStatus(({ kind }) => {
      this.kind = kind;
    });
  }

  /** Whether answers are made up: the setting says so, or the operator's own file does. */
  rehearses(): boolean {
    return this.kind === "rehearsal" || vscode.workspace.getConfiguration("tierwise").get<boolean>("rehearsal", false);
  }

  /** Shows the whole menu. */
  async show(): Promise<void> {
    const items: Item[] = [...this.ofTask(), section(vscode.l10n.t("Tier")), ...this.ofTiers()];
    items.push(
      section(vscode.l10n.t("Money")),
      command(`$(credit-card) ${vscode.l10n.t("Budget…")}`, "tierwise.ui.budget"),
      command(`$(graph) ${vscode.l10n.t("Usage report")}`, "tierwise.ui.usage"),
      command(`$(link-external) ${vscode.l10n.t("Open the whole report")}`, "tierwise.ui.report"),
      section("Tierwise"),
      command(`$(edit) ${vscode.l10n.t("Edit…")}`, "tierwise.ui.edit"),
      command(`$(comment-discussion) ${vscode.l10n.t("Chat")}`, "tierwise.ui.chat"),
      command(`$(key) ${vscode.l10n.t("Set API Key…")}`, "tierwise.ui.setKey"),
      this.rehearses()
        ? command(`$(beaker) ${vscode.l10n.t("Leave rehearsal")}`, "tierwise.ui.leaveRehearsal")
        : command(`$(beaker) ${vscode.l10n.t("Try rehearsal")}`, "tierwise.ui.rehearse"),
      command(`$(output) ${vscode.l10n.t("Show Log")}`, "tierwise.ui.showLog"),
      command(`$(debug-restart) ${vscode.l10n.t("Restart Server")}`, "tierwise.ui.restart"),
    );
    await pick(items, vscode.l10n.t("Tierwise"));
  }

  /** Lets the operator redo the current task on another tier. */
  async useTier(): Promise<void> {
    const task = this.board.newest();
    if (task === undefined) {
      void vscode.window.showInformationMessage(vscode.l10n.t("Tierwise: there is no task to redo."));
      return;
    }
    const items = this.session.tiers.map((tier) => ({
      label: tierName(tier),
      description: describe(task, tier),
      go: () => this.session.run("tierwise.task.rerunOn", { taskId: task.taskId, tier }),
    }));
    await pick(items, vscode.l10n.t("Answer this with…"));
  }

  /** Lets the operator pin a tier for later tasks. */
  async pin(): Promise<void> {
    const scopes: (Item & { override: Omit<Override, "to"> })[] = [
      { label: vscode.l10n.t("This session"), override: { scope: "session" } },
      { label: vscode.l10n.t("This project"), override: { scope: "project" } },
    ];
    const uri = vscode.window.activeTextEditor?.document.uri;
    if (uri !== undefined) {
      const description = vscode.workspace.asRelativePath(uri);
      scopes.push({ label: vscode.l10n.t("This file"), description, override: { scope: "file", uri: uri.toString() } });
    }
    const action = this.board.newest()?.action;
    if (action !== undefined) {
      scopes.push({ label: vscode.l10n.t("This action"), description: actionName(action), override: { scope: "action", action } });
    }
    const scope = await vscode.window.showQuickPick(scopes, { title: vscode.l10n.t("Pin for…") });
    if (scope === undefined) return;
    const tier = await this.tier(vscode.l10n.t("Pin which tier?"));
    if (tier !== undefined) await this.session.request("tierwise/route/override", { ...scope.override, to: tier });
  }

  /** Lets the operator send everything that is routed to one tier to another. */
  async remap(): Promise<void> {
    const from = await this.tier(vscode.l10n.t("Whatever is routed to…"));
    if (from === undefined) return;
    const to = await this.tier(vscode.l10n.t("…give to"), from);
    if (to !== undefined) await this.session.request("tierwise/route/override", { scope: "tier", from, to });
  }

  /** Lets the operator clear a choice. */
  async unpin(): Promise<void> {
    const { pins } = await this.session.request("tierwise/status", null);
    if (pins.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t("Tierwise: nothing is pinned."));
      return;
    }
    const items = pins.map((pin) => ({
      label: tierName(pin.to),
      description: `${pin.scope}${pin.scope === "session" || pin.scope === "project" ? "" : ` · ${pin.key}`}`,
      go: () => this.session.request("tierwise/route/override", { ...cleared(pin.scope, pin.key), to: "auto" }),
    }));
    await pick(items, vscode.l10n.t("Unpin…"));
  }

  /** Lets the operator raise a cap, allow one task, or check if the budget is free again. */
  async budget(): Promise<void> {
    const status = await this.session.request("tierwise/status", null);
    const raise = (usd: number): Item => ({
      label: `$(add) ${vscode.l10n.t("Raise by {0}", amount(usd))}`,
      go: () => this.session.run("tierwise.budget.resume", { raiseUsd: usd }),
    });
    const task = this.board.newest(({ state }) => state === "paused");
    const items: Item[] = [
      section(
        vscode.l10n.t(
          "Today {0} of {1} · project {2} of {3}",
          amount(status.spentTodayUsd),
          capped(status.dayUsd),
          amount(status.spentProjectUsd),
          capped(status.projectUsd),
        ),
      ),
      ...(status.team ?? []).map((line) => ({ label: `$(organization) ${line}`, go: () => undefined })),
      ...(status.dayUsd === undefined
        ? [{ label: `$(shield) ${vscode.l10n.t("Set a daily cap…")}`, go: () => this.setCap() }]
        : []),
      ...(status.dayUsd === undefined && status.projectUsd === undefined
        ? []
        : [raise(1), raise(5), { label: `$(add) ${vscode.l10n.t("Raise by…")}`, go: () => this.raiseBy() }]),
      ...(task === undefined
        ? []
        : [
            {
              label: `$(debug-continue) ${vscode.l10n.t("Run this one anyway")}`,
              description: actionName(task.action),
              go: () => this.session.run("tierwise.budget.resume", { allowTask: task.taskId }),
            },
          ]),
      {
        label: `$(gear) ${vscode.l10n.t("Budget settings")}`,
        go: () => this.budgetSettings(),
      },
    ];
    await pick(items, vscode.l10n.t("Budget"));
  }

  /** Opens the settings of money, in the tab for the machine that the server runs on. */
  async budgetSettings(): Promise<void> {
    const remote = vscode.env.remoteName !== undefined;
    const tab = remote ? "workbench.action.openRemoteSettings" : "workbench.action.openSettings";
    await vscode.commands.executeCommand(tab, { query: "@ext:tierwise.tierwise budget" });
  }

  /** Lets the operator set the dial: how much a wrong answer counts if the router is unsure. */
  async preference(): Promise<void> {
    const dial = await this.session.request("tierwise/dial/get", {});
    const items = dial.settings.map(({ label, preference, current, text }) => ({
      label: label.charAt(0).toUpperCase() + label.slice(1),
      description: current ? vscode.l10n.t("current") : "",
      detail: text,
      go: () => this.turnDial(preference),
    }));
    await pick([section(dial.note ?? dial.basis), ...items], vscode.l10n.t("When unsure…"));
  }

  /**
   * Writes the dial's setting to the operator's own file. If the editor's settings also have it,
   * they are changed too.
   */
  private async turnDial(preference: DialTurn["preference"]): Promise<void> {
    await this.session.request("tierwise/dial/turn", { preference });
    const settings = vscode.workspace.getConfiguration("tierwise");
    const said = (name: string): unknown => settings.inspect(name)?.globalValue;
    if (said("redoCostUsd") !== undefined) {
      await settings.update("redoCostUsd", undefined, vscode.ConfigurationTarget.Global);
    }
    if (said("preference") !== undefined) {
      await settings.update("preference", preference, vscode.ConfigurationTarget.Global);
    }
  }

  private async setCap(): Promise<void> {
    const given = await vscode.window.showInputBox({
      title: vscode.l10n.t("How many dollars may be spent a day?"),
      prompt: vscode.l10n.t("0 stops every paid call. The cap is kept in the settings of this machine."),
      validateInput: (value) =>
        value.trim() !== "" && Number(value) >= 0 && Number(value) <= 100_000
          ? undefined : vscode.l10n.t("An amount, such as 5 or 2.50."),
    });
    if (given === undefined) return;
    const settings = vscode.workspace.getConfiguration("tierwise");
    await settings.update("budget.dayUsd", Number(given), vscode.ConfigurationTarget.Global);
  }

  private ofTask(): Item[] {
    const task = this.board.newest();
    if (task === undefined) return [];
    const items: Item[] = [section(`${actionName(task.action)} · ${task.decision.headline}`)];
    if (this.board.running?.taskId === task.taskId) {
      items.push(command(`$(debug-stop) ${vscode.l10n.t("Stop")}`, "tierwise.ui.stop"));
    }
    if (task.state === "proposed") {
      items.push(
        command(`$(diff) ${vscode.l10n.t("Show proposal")}`, "tierwise.ui.showProposal"),
        command(`$(check-all) ${vscode.l10n.t("Apply")}`, "tierwise.ui.apply"),
        command(`$(discard) ${vscode.l10n.t("Discard")}`, "tierwise.ui.discard"),
      );
    }
    items.push(
      command(`$(arrow-swap) ${vscode.l10n.t("Answer this with…")}`, "tierwise.ui.useTier"),
      command(`$(question) ${vscode.l10n.t("Why this tier")}`, "tierwise.ui.why"),
    );
    return items;
  }

  private ofTiers(): Item[] {
    return [
      command(`$(pin) ${vscode.l10n.t("Pin a tier…")}`, "tierwise.ui.pin"),
      command(`$(pinned-dirty) ${vscode.l10n.t("Unpin…")}`, "tierwise.ui.unpin"),
      command(`$(replace) ${vscode.l10n.t("Remap a tier…")}`, "tierwise.ui.remap"),
      command(`$(settings) ${vscode.l10n.t("When unsure…")}`, "tierwise.ui.preference"),
    ];
  }

  private async raiseBy(): Promise<void> {
    const given = await vscode.window.showInputBox({
      title: vscode.l10n.t("Raise the budget by how many dollars?"),
      validateInput: (value) =>
        Number(value) > 0 && Number(value) <= 100_000 ? undefined : vscode.l10n.t("A positive amount, such as 2.50."),
    });
    if (given !== undefined) await this.session.run("tierwise.budget.resume", { raiseUsd: Number(given) });
  }

  private tier(title: string, except?: string): Thenable<string | undefined> {
    const items = this.session.tiers.filter((tier) => tier !== except).map((tier) => ({ label: tierName(tier), tier }));
    return vscode.window.showQuickPick(items, { title }).then((picked) => picked?.tier);
  }
}

async function pick(items: readonly Item[], title: string): Promise<void> {
  const picked = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  await picked?.go?.();
}

/** What a redo on a tier would cost, and whether it answers now. Used tokens say more than a forecast. */
function describe({ decision, redoUsd, rehearsal }: TaskChanged, tier: string): string {
  const cost = rehearsal === true ? 0 : (redoUsd ?? decision.costUsd)[tier];
  return [
    ...(cost === undefined ? [] : [amount(cost)]),
    ...(tier === decision.answering ? [vscode.l10n.t("current")] : []),
    ...(tier === decision.routed && tier !== decision.answering ? [vscode.l10n.t("routed")] : []),
  ].join(" · ");
}

function cleared(scope: Override["scope"], key: string): Omit<Override, "to"> {
  switch (scope) {
    case "task":
      return { scope, taskId: key };
    case "conversation":
      return { scope, conversationId: key };
    case "file":
      return { scope, uri: key };
    case "action":
      return { scope, action: key as Override["action"] };
    case "tier":
      return { scope, from: key };
    case "session":
    case "project":
      return { scope };
  }
}

function capped(limit: number | undefined): string {
  return limit === undefined ? vscode.l10n.t("no cap") : amount(limit);
}
