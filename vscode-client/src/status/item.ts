/** The status item. It is always visible and shows the tier. */
import * as vscode from "vscode";
import type { Status } from "../server/messages";
import type { Session } from "../server/session";
import { needOf } from "../setup/need";
import { look, spoken } from "./look";

/** The only commands that links in the tooltip may run. */
const OFFERED = [
  "tierwise.ui.menu",
  "tierwise.ui.useTier",
  "tierwise.ui.pin",
  "tierwise.ui.unpin",
  "tierwise.ui.leaveRehearsal",
  "tierwise.ui.why",
  "tierwise.ui.budget",
  "tierwise.ui.showLog",
];

export class StatusItem implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private readonly parts: { dispose(): unknown }[];
  private status: Status | undefined;

  constructor(private readonly session: Session) {
    this.item = vscode.window.createStatusBarItem("tier", vscode.StatusBarAlignment.Right, 100);
    this.item.name = vscode.l10n.t("Tierwise tier");
    this.parts = [
      this.item,
      session.onDidChangeStatus((status) => {
        this.status = status;
        this.draw();
      }),
      session.onDidChangeHealth(({ state }) => {
        if (state !== "running") this.status = undefined;
        else void this.ask();
        this.draw();
      }),
    ];
    this.draw();
    this.item.show();
  }

  dispose(): void {
    for (const part of this.parts) part.dispose();
  }

  private async ask(): Promise<void> {
    try {
      const asked = await this.session.request("tierwise/status", null);
      // A status that the server told of meanwhile is newer than the answer.
      this.status ??= asked;
      this.draw();
    } catch {
      // The server ended meanwhile. Its health shows that.
    }
  }

  private draw(): void {
    const health = this.session.health;
    const { text, background } = look(this.status, health, {
      starting: vscode.l10n.t("Tierwise…"),
      restarting: vscode.l10n.t("Restarting…"),
      setUp: vscode.l10n.t("Set up Tierwise"),
      noKey: vscode.l10n.t("Set a key"),
      stopped: vscode.l10n.t("Tierwise: stopped"),
    });
    this.item.text = text;
    this.item.backgroundColor =
      background && new vscode.ThemeColor(`statusBarItem.${background}Background`);
    this.item.accessibilityInformation = { label: spoken(text, vscode.l10n.t("instead of")) };
    this.item.tooltip = this.tooltip();
    const lacks = needOf(health, this.status).need !== undefined;
    this.item.command = lacks ? "tierwise.ui.chat" : "tierwise.ui.menu";
  }

  private tooltip(): vscode.MarkdownString {
    const tooltip = new vscode.MarkdownString(this.status?.tooltip ?? this.session.health.problem ?? "");
    tooltip.isTrusted = { enabledCommands: OFFERED };
    const links: readonly (readonly [string, string])[] = [
      ["tierwise.ui.useTier", vscode.l10n.t("Redo with…")],
      ["tierwise.ui.pin", vscode.l10n.t("Pin a tier")],
      ...(this.status !== undefined && this.status.pins.length > 0 ? [["tierwise.ui.unpin", vscode.l10n.t("Unpin")] as const] : []),
      ...(this.status?.kind === "rehearsal" ? [["tierwise.ui.leaveRehearsal", vscode.l10n.t("Leave rehearsal")] as const] : []),
      ["tierwise.ui.why", vscode.l10n.t("Why this tier")],
      ["tierwise.ui.budget", vscode.l10n.t("Budget")],
      ["tierwise.ui.showLog", vscode.l10n.t("Log")],
    ];
    tooltip.appendMarkdown(`\n\n${links.map(([id, title]) => `[${title}](command:${id})`).join(" · ")}`);
    return tooltip;
  }
}
