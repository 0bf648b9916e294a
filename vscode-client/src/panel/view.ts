/** The panel's view: makes the page, takes its messages and sends it the changes. */
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { chooseFiles, complete } from "../chat/attachments";
import { Chat, isCancelled } from "../chat/chat";
import { copy, follow, insert } from "../chat/code";
import { slashes } from "../chat/slashes";
import type { TaskChanged, TaskStart } from "../server/messages";
import type { Session } from "../server/session";
import type { SetUp } from "../setup/setup";
import type { Queue } from "../tasks/queue";
import { moneyOf, usageOf } from "./money";
import { page } from "./page";
import { Proposals } from "./proposals";
import type { FromPage, Tab, ToPage, Way } from "./protocol";

/** Milliseconds for which the cursor must rest before the server is asked about the focus. */
const REST = 120;

const WAYS: Readonly<Record<Way, string>> = {
  budget: "tierwise.ui.budget",
  setKey: "tierwise.ui.setKey",
  rehearse: "tierwise.ui.rehearse",
  leaveRehearsal: "tierwise.ui.leaveRehearsal",
  unpin: "tierwise.ui.unpin",
  trust: "workbench.trust.manage",
  create: "tierwise.ui.setUp",
  stopCreating: "tierwise.ui.stopSetUp",
  choosePython: "tierwise.ui.choosePython",
  showLog: "tierwise.ui.showLog",
  report: "tierwise.ui.report",
};

/** What the panel needs from the other parts of this extension. */
export interface PanelParts {
  readonly session: Session;
  readonly setUp: SetUp;
  readonly queue: Queue;
  readonly extension: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  /** Shows a proposal as a diff. */
  showDiff(editId: string): Promise<void>;
  /** Shows an error, with what the operator can do. */
  failed(error: unknown): Promise<void>;
}

export class Panel implements vscode.WebviewViewProvider, vscode.Disposable {
  static readonly id = "tierwise.chat";
  readonly proposals: Proposals;
  private readonly chat: Chat;
  private readonly disposables: { dispose(): unknown }[];
  private view: vscode.WebviewView | undefined;
  private ready = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wanted: ToPage[] = [];

  constructor(private readonly parts: PanelParts) {
    const { session, setUp, queue, extension } = parts;
    this.proposals = new Proposals(session);
    this.chat = new Chat(session, setUp, this.proposals, extension.workspaceState, (message) => {
      this.post(message);
    });
    this.disposables = [
      this.proposals,
      this.chat,
      vscode.window.registerWebviewViewProvider(Panel.id, this),
      this.proposals.onDidChange(() => { this.inbox(); }),
      this.proposals.onDidClear(() => { this.inbox(); }),
      queue.onDidChange(() => { if (this.ready) void this.groups(); }),
      setUp.onDidChange((state) => { this.post({ kind: "setUp", state }); }),
      session.onDidChangeStatus((status) => {
        this.post({ kind: "money", money: moneyOf(status, session.health.problem) });
      }),
      session.onDidChangeHealth(({ state }) => {
        if (state === "running" && this.ready) void this.refresh();
      }),
      vscode.window.onDidChangeTextEditorSelection(() => { this.suggestSoon(); }),
      vscode.window.onDidChangeActiveTextEditor(() => { this.suggestSoon(); }),
    ];
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const part of this.disposables) part.dispose();
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const dist = vscode.Uri.joinPath(this.parts.extension.extensionUri, "dist");
    const { webview } = view;
    this.view = view;
    this.ready = false;
    webview.options = { enableScripts: true, enableCommandUris: false, localResourceRoots: [dist] };
    webview.html = page({
      source: webview.cspSource,
      script: webview.asWebviewUri(vscode.Uri.joinPath(dist, "webview.js")).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(dist, "webview.css")).toString(),
      nonce: randomBytes(18).toString("base64url"),
      title: "Tierwise",
    });
    const heard = webview.onDidReceiveMessage((message: FromPage) => {
      void this.hear(message).catch((error: unknown) => {
        if (!isCancelled(error)) void this.parts.failed(error);
      });
    });
    view.onDidDispose(() => {
      heard.dispose();
      this.view = undefined;
      this.ready = false;
    });
  }

  /** Brings a tab of the panel to the front, and fills the prompt if `prefill` is given. */
  async show(tab: Tab, prefill?: string): Promise<void> {
    this.want({ kind: "show", tab, focus: true });
    if (prefill !== undefined) this.want({ kind: "prefill", text: prefill });
    await vscode.commands.executeCommand(`${Panel.id}.focus`);
    this.sendWanted();
  }

  /** Begins a new conversation and brings it to the front. */
  async newChat(): Promise<void> {
    this.chat.new();
    await this.show("chat");
  }

  /** Starts a task that is answered in words, and shows its answer. The editor keeps the focus. */
  async start(params: TaskStart): Promise<void> {
    await this.bring();
    await this.chat.start(params);
  }

  /** Shows an answer in words that a model gave instead of an edit. */
  async read(task: TaskChanged, asked: TaskStart | undefined, text: string): Promise<void> {
    await this.bring();
    await this.chat.adopt(task, asked, text);
  }

  /** Brings the chat into view. The keyboard focus stays where it is. */
  private async bring(): Promise<void> {
    this.want({ kind: "show", tab: "chat", focus: false });
    await vscode.commands.executeCommand(`${Panel.id}.focus`, { preserveFocus: true });
    this.sendWanted();
  }

  private post(message: ToPage): void {
    if (this.ready) void this.view?.webview.postMessage(message);
  }

  private async hear(message: FromPage): Promise<void> {
    const { session } = this.parts;
    switch (message.kind) {
      case "ready": await this.welcome(); break;
      case "send": await this.chat.ask(message.text, message.chips, message.tier, message.project); break;
      case "projectContext": {
        const context = await this.chat.projectContext(message.text, message.chips);
        this.post({ kind: "projectContext", text: message.text, context });
        break;
      }
      case "look": await this.chat.focus.look(message); break;
      case "focus": await this.chat.focus.turn(message.on); break;
      case "askAgain": await this.chat.askAgain(message.taskId, message.text); break;
      case "allow": await this.chat.allow(message.taskId); break;
      case "stop": await this.chat.stop(message.taskId); break;
      case "again": await this.chat.again(message.taskId, message.tier); break;
      case "rate": await this.chat.rate(message.taskId, message.rating); break;
      case "copy":
        await copy(session, message.taskId, message.text);
        this.post({ kind: "said", text: vscode.l10n.t("Copied") });
        break;
      case "insert":
        if (!(await insert(session, message.taskId, message.text))) {
          void vscode.window.showInformationMessage(vscode.l10n.t("Tierwise: Open a file to insert into."));
        }
        break;
      case "applyCode": {
        const editId = await this.chat.apply(message.taskId, message.text, message.path);
        await this.parts.showDiff(editId);
        break;
      }
      case "follow": await follow(message.address); break;
      case "attachFile": this.post({ kind: "attached", chips: await chooseFiles() }); break;
      case "complete": {
        const items = await complete(message.query, session.tiers);
        this.post({ kind: "completions", query: message.query, items });
        break;
      }
      case "newConversation": this.chat.new(); break;
      case "listConversations": await this.conversations(message.query); break;
      case "deleteConversation":
        await this.chat.forget(message.id);
        await this.conversations(message.query);
        break;
      case "openConversation": await this.chat.open(message.id); break;
      case "resolve": await this.resolve(message.editId, message.action); break;
      case "resolveGroup": await this.parts.queue.resolve(message.id, message.action); break;
      case "tab":
        if (message.tab === "usage") await this.usage();
        if (message.tab === "inbox") await this.groups();
        break;
      case "way": await vscode.commands.executeCommand(WAYS[message.way]); break;
      case "drawn":
        this.parts.log.debug(`first piece of ${message.taskId} drawn ${Date.now() - message.at} ms after it came`);
        break;
    }
  }

  private async conversations(query: string): Promise<void> {
    this.post({ kind: "conversations", query, items: await this.chat.list(query) });
  }

  private async resolve(editId: string, action: "apply" | "discard" | "undo" | "show"): Promise<void> {
    if (action === "show") {
      await this.parts.showDiff(editId);
      return;
    }
    const result = await this.parts.session.run(`tierwise.edit.${action}`, { editId });
    if (action !== "discard" && !result.applied && result.failureReason !== undefined) {
      void vscode.window.showWarningMessage(`Tierwise: ${result.failureReason}`);
    }
  }

  private async welcome(): Promise<void> {
    this.ready = true;
    const { session } = this.parts;
    this.post({
      kind: "hello",
      words: vscode.l10n.bundle === undefined ? {} : words(vscode.l10n.bundle),
      tiers: session.tiers,
      slashes: slashes(),
    });
    this.post({ kind: "setUp", state: this.parts.setUp.state });
    void this.chat.focus.look();
    this.inbox();
    this.sendWanted();
    await Promise.all([this.chat.show(), this.refresh()]);
  }

  /** Asks for the figures that the server does not push. Runs for a new page or server. */
  private async refresh(): Promise<void> {
    const { session } = this.parts;
    // Without an environment there is no server to ask. The set-up shows that.
    if (session.health.state === "missing") return;
    void this.chat.focus.look();
    const status = await session.request("tierwise/status", null);
    this.post({ kind: "money", money: moneyOf(status, session.health.problem) });
    await Promise.all([this.usage(), this.groups()]);
  }

  private async groups(): Promise<void> {
    this.post({ kind: "groups", groups: await this.parts.queue.groups() });
  }

  private async usage(): Promise<void> {
    this.post({ kind: "usage", usage: usageOf(await this.parts.session.request("tierwise/usage/query", {})) });
  }

  private inbox(): void {
    this.post({ kind: "inbox", proposals: this.proposals.inbox });
    const waiting = this.proposals.inbox.filter((proposal) => proposal.waiting > 0).length;
    if (this.view !== undefined) {
      this.view.badge = waiting === 0 ? undefined
        : { value: waiting, tooltip: vscode.l10n.t("Proposals that wait: {0}", waiting) };
    }
  }

  private suggestSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { if (this.ready) void this.chat.focus.look(); }, REST);
  }

  /** Keeps a message until the page is ready. A later message of the same kind replaces it. */
  private want(message: ToPage): void {
    this.wanted = [...this.wanted.filter(({ kind }) => kind !== message.kind), message];
  }

  private sendWanted(): void {
    if (!this.ready) return;
    for (const message of this.wanted.splice(0)) this.post(message);
  }
}

/** The translated strings of the bundle. A string with a comment is an object there. */
function words(bundle: Readonly<Record<string, string | { message: string }>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(bundle).map(([key, value]) => [key, typeof value === "string" ? value : value.message]),
  );
}
