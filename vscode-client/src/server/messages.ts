// Made by `make types` from the server's own messages; edit those, not this file.
import type { WorkspaceEdit } from "vscode-languageserver-protocol";

export type Action = "chat" | "edit" | "explain" | "fix" | "document" | "test" | "refactor" | "generate" | "review" | "commit" | "agent";

export type Severity = "error" | "warning" | "information" | "hint";

export type Cause = "routed" | "uncertain" | "floor" | "override" | "pin" | "remap" | "thread" | "budget" | "failover" | "escalated" | "trial";

export type Scope = "task" | "conversation" | "file" | "action" | "session" | "project" | "tier";

export type OutcomeKind = "applied" | "partlyApplied" | "discarded" | "undone" | "editedAfter" | "survived" | "superseded" | "cancelled" | "expired" | "failed" | "inserted" | "copied" | "rated" | "reasked" | "diagnostics" | "wentOn" | "interrupted" | "tests" | "shadow" | "withdrawn";

export type Rating = "tooWeak" | "fine" | "overkill";

export type TaskState = "routing" | "paused" | "running" | "proposed" | "answered" | "applied" | "partlyApplied" | "discarded" | "cancelled" | "failed" | "expired";

export type HunkKind = "text" | "create" | "rename" | "delete";

export type HunkState = "pending" | "applied" | "discarded" | "refused";

export type StatusKind = "error" | "paused" | "rehearsal" | "busy" | "soft" | "ready";

export type StreamKind = "decision" | "delta" | "reset" | "notice";

export type BudgetLevel = "ok" | "soft" | "paused";

/**
 * A decision in three lengths: `badge` has at most 22 characters, `title` 45 with the
 * prefix `Tierwise: ` of code actions, `sentence` 100. No client has to cut one.
 */
export interface Shown {
  badge: string;
  title: string;
  sentence: string;
}

/**
 * Which tier answers and why. Shares in [0, 1], dollars per tier; lines of `reasons`.
 *
 * `confidence` is the estimate of `confidenceTier`. `expectedLossUsd` is, per tier, what a start
 * there is expected to cost over the whole course, redos included; `rule` names the rule used.
 *
 * `shown` is the decision in words. `headline` is its badge, `because` its sentence without the
 * tier that it begins with.
 */
export interface Decision {
  id: string;
  first: string;
  routed: string;
  answering: string;
  confidence: number;
  confidenceTier: string;
  cause: Cause;
  rule: string;
  final: boolean;
  estimate: Record<string, number>;
  lower: Record<string, number>;
  accept: Record<string, number>;
  costUsd: Record<string, number>;
  expectedLossUsd: Record<string, number>;
  reasons: string[];
  signals: Record<string, number | null>;
  propensity: number;
  soft: boolean;
  explicit: boolean;
  shown: Shown;
  headline: string;
  because: string;
}

/** A position in the negotiated encoding; lines from 0. */
export interface WirePosition {
  line: number;
  character: number;
}

/** A half-open range. */
export interface WireRange {
  start: WirePosition;
  end: WirePosition;
}

/** A range in a document; without a range, the whole of it. */
export interface WireLocation {
  uri: string;
  range?: WireRange;
}

/** A document by URI. */
export interface TextDocument {
  uri: string;
}

/** What a client of ours can show; each absent flag is false. */
export interface ClientFlags {
  chat?: boolean;
  status?: boolean;
  task?: boolean;
  preview?: boolean;
  budget?: boolean;
  progress?: boolean;
}

/** `initializationOptions`. */
export interface Options {
  clientCapabilities?: ClientFlags;
  trusted?: boolean;
  sessionId?: string;
  settings?: Record<string, unknown>;
}

/** The workspace is trusted from now on, or no longer. */
export interface TrustChange {
  trusted: boolean;
}

/** A file that goes with a task; `attached` by the operator or merely named. */
export interface FileItem {
  uri: string;
  attached?: boolean;
}

/** A diagnostic, with the line counted from 1 as in `tierwise route`. */
export interface DiagnosticItem {
  path?: string;
  line?: number;
  severity?: Severity;
  code?: string | number;
  message?: string;
}

/**
 * A task as the editor asks for it; ids may be made by the client.
 *
 * `project` as in a chat turn.
 */
export interface TaskStart {
  action: Action;
  textDocument?: TextDocument;
  range?: WireRange;
  instruction?: string;
  tier?: string;
  files?: FileItem[];
  diagnostics?: DiagnosticItem[];
  tools?: string[];
  taskId?: string;
  comment?: WireRange;
  conversationId?: string;
  project?: boolean;
}

/** A task by id. */
export interface TaskId {
  taskId: string;
}

/** A task to be redone; `tier` is a name, "up" or "same". */
export interface Rerun {
  taskId: string;
  tier: string;
}

/** What a client saw become of an answer. */
export interface RecordOutcome {
  taskId: string;
  kind: "inserted" | "copied" | "rated" | "reasked";
  value?: string | number;
}

/** A task that was taken on. Its `decision` may not be final yet. */
export interface Started {
  taskId: string;
  decision: Decision;
}

/** Tokens used and what they cost in dollars. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  costUsd: number;
}

/** Why a task failed: the name of an error and a sentence for the operator. */
export interface Problem {
  name: string;
  message: string;
}

/**
 * One switch from a tier that did not answer to one that may; `cause` is a word or two.
 *
 * `text` says it in a sentence, as every client shows it.
 */
export interface Switch {
  from: string;
  to: string;
  cause: string;
  place: string;
  text: string;
}

/**
 * A task changed.
 *
 * `cause_note` says in a few words why the answering tier differs from the routed one;
 * `forecast` is the first decision, where the final one differs from it; `notices` say
 * what was left out or replaced before sending; `waiting` hunks are neither applied nor
 * discarded, so that a task that is partly applied is over once there is none. An `edit_id` while
 * the task is `running` (flag `preview`) has the hunks so far: `tierwise/edit/get` gives
 * them, their ids are final only once the task is `proposed`, and none can be applied.
 */
export interface TaskChanged {
  taskId: string;
  action: Action;
  uri?: string;
  range?: WireRange;
  state: TaskState;
  decision: Decision;
  progress?: string;
  costUsd?: number;
  editId?: string;
  error?: Problem;
  causeNote?: string;
  rehearsal?: boolean;
  conversationId?: string;
  forecast?: Decision;
  switches?: Switch[];
  usage?: Usage;
  notices?: string[];
  waiting?: number;
}

/** A piece of context that was sent, and why it was chosen; lines count from 1. */
export interface SentItem {
  kind: "selection" | "cursor" | "above" | "below" | "around" | "head" | "within" | "related" | "usage" | "diagnostics" | "file" | "outline" | "diff" | "tests" | "card";
  path: string;
  startLine: number;
  endLine: number;
  tokens: number;
  why: string;
}

/** A file or piece that was not sent, and why. */
export interface NotSent {
  path: string;
  why: string;
}

/** One turn of a prompt, word for word. */
export interface SentTurn {
  role: "user" | "assistant";
  text: string;
}

/**
 * What one attempt sent, and when.
 *
 * `at` is UTC milliseconds; about `tokens` of the `window` tokens of context were used, and
 * `secrets` is how many secrets were replaced before sending.
 */
export interface SentAttempt {
  tier: string;
  model: string;
  at: number;
  tokens: number;
  window: number;
  items: SentItem[];
  leftOut: NotSent[];
  secrets: number;
  system: string;
  turns: SentTurn[];
}

/** What went to the models for a task: its attempts, oldest first. */
export interface Sent {
  taskId: string;
  attempts: SentAttempt[];
}

/**
 * The params of a task, or `taskId` alone.
 *
 * By id the answer also says what would have made the task cheaper or dearer.
 */
export interface Explain extends Omit<TaskStart, "action"> {
  action?: Action;
}

/**
 * The decision, and for a task by id what would flip it.
 *
 * `cheaper` and `dearer` say the least change of the request that would move the tier down or
 * up; absent where none is known, and for a task that was not started: clients ask for that
 * while the operator types, and the search takes some fifty milliseconds. `page` is the same as
 * markdown to be read, `rest` all that was measured, which a client may fold; both by id alone.
 */
export interface Explained extends Decision {
  cheaper?: string;
  dearer?: string;
  page?: string;
  rest?: string;
}

/** The tier that holds for a scope; `to` is a tier, or "auto" to clear the choice. */
export interface Override {
  scope: Scope;
  to: string;
  taskId?: string;
  conversationId?: string;
  action?: Action;
  uri?: string;
  from?: string;
}

/** How the operator judges the tier that answered a task. */
export interface Rate {
  taskId: string;
  rating: Rating;
}

/** Nothing is asked but the choices. */
export interface ChoicesAsk {
}

/** A choice in force; `key` is what its scope is about: a URI, an action, a tier, an id. */
export interface Chosen {
  scope: Scope;
  key: string;
  tier: string;
}

/** Every pin and remap in force. */
export interface Choices {
  choices: Chosen[];
}

/** A request for the dial's settings; it has no parameters. */
export interface DialAsk {
}

/** The setting to keep in the operator's own configuration file. */
export interface DialTurn {
  preference: "save" | "balanced" | "right";
}

/**
 * A setting with the week it would have meant; `text` says both, `label` its name.
 *
 * `redos` counts answers that would not have been kept.
 */
export interface DialSetting {
  preference: "save" | "balanced" | "right";
  label: string;
  costUsd: number;
  redos: number;
  text: string;
  current: boolean;
}

/**
 * The settings, cheapest first, and what their weeks were worked out from.
 *
 * `basis` says so in words, to be shown beside them; the week is `invented` before the operator
 * has tasks enough. `redo_cost_usd` is the operator's own amount where it overrules the dial.
 */
export interface Dial {
  question: string;
  settings: DialSetting[];
  basis: string;
  invented: boolean;
  tasks: number;
  redoCostUsd?: number;
  note?: string;
}

/**
 * A chat turn as the editor asks for it; ids may be made by the client.
 *
 * `project` says whether outlines and definitions of the project go along; without it they do
 * where the prompt names something of it, or says `@project`. `focus` is what is before the
 * operator: the document, and the selection or cursor in it. It goes along unless `implicit` is
 * false, `selection` is given or `references` name its document.
 */
export interface ChatSend {
  prompt: string;
  taskId?: string;
  conversationId?: string;
  references?: WireLocation[];
  selection?: WireLocation;
  focus?: WireLocation;
  implicit?: boolean;
  tools?: string[];
  tier?: string;
  project?: boolean;
}

/**
 * What is before the operator and is sent with a turn. `title` is absent where nothing is;
 * lines count from 1.
 */
export interface FocusContext {
  title?: string;
  label?: string;
  path?: string;
  firstLine?: number;
  lastLine?: number;
  tokens?: number;
  costUsd?: number;
}

/** What of the project is sent with a turn. `title` is absent where nothing is. */
export interface ProjectContext {
  title?: string;
  files?: string[];
  tokens?: number;
  costUsd?: number;
}

/** A conversation by id. */
export interface ChatGet {
  conversationId: string;
}

/** A question that is taken back, with everything after it in its conversation. */
export interface ChatRetract {
  conversationId: string;
  taskId: string;
}

/** How many conversations are asked for, and what was said in them. */
export interface ChatList {
  limit?: number;
  query?: string;
}

/**
 * A block of code of an answer.
 *
 * `path` is what its fence named, `text_document` and `range` where the operator is; the code
 * replaces the selection, else the definition of its name, else stands at the cursor.
 */
export interface ChatApply {
  taskId: string;
  code: string;
  path?: string;
  textDocument?: TextDocument;
  range?: WireRange;
}

/** A finished chat turn; `stop_reason` is the model's, or "cancelled". */
export interface ChatReply {
  taskId: string;
  conversationId: string;
  decision: Decision;
  text: string;
  stopReason: string;
  usage: Usage;
  editId?: string;
}

/**
 * A piece of an answer.
 *
 * The decision comes before the first delta; `reset` means forget what was shown.
 */
export interface Streamed {
  taskId: string;
  conversationId?: string;
  seq: number;
  kind: StreamKind;
  delta?: string;
  decision?: Decision;
  reason?: string;
}

/** A question with its answer as kept; `created_at` is UTC milliseconds. */
export interface Turn {
  taskId: string;
  action: Action;
  prompt: string;
  text: string;
  state: TaskState;
  decision: Decision;
  usage: Usage;
  rehearsal?: boolean;
  createdAt: number;
}

/** The turns of a conversation, in the order they were spoken. */
export interface Conversation {
  turns: Turn[];
}

/** A conversation by the head of its first question; `at` is UTC milliseconds. */
export interface Heading {
  conversationId: string;
  title: string;
  at: number;
}

/** The conversations of a project, the latest first. */
export interface Conversations {
  conversations: Heading[];
}

/** The proposal that a block became. */
export interface BlockOffered {
  editId: string;
}

/** A proposal by id, or some of its hunks; `reason` says why it is discarded. */
export interface EditId {
  editId: string;
  hunks?: string[];
  reason?: string;
}

/** What to do with a proposal: apply, discard or retry, whole or by hunk. */
export interface EditResolve extends EditId {
  action: "apply" | "discard" | "retry";
  tier?: string;
}

/** One hunk of a proposal; its range is of the document's current version. */
export interface Hunk {
  id: string;
  kind: HunkKind;
  state: HunkState;
  uri: string;
  toUri?: string;
  range?: WireRange;
  newText?: string;
}

/** A proposal; `stale` where some hunk no longer fits its document. */
export interface EditGot {
  edit: WorkspaceEdit;
  diff: string;
  hunks: Hunk[];
  versions: Record<string, number | null>;
  stale: boolean;
  note: string;
  taskId: string;
}

/** What became of a proposal; `failure_reason` is a sentence for the operator. */
export interface Resolved {
  applied: boolean;
  failureReason?: string;
  taskId?: string;
}

/**
 * Which tasks of the past are asked for; `since` is UTC milliseconds.
 *
 * With a `task_id` it is that task alone, and with what came back for it.
 */
export interface HistoryAsk {
  limit?: number;
  since?: number;
  tier?: string;
  state?: TaskState;
  taskId?: string;
}

/** An outcome and when it was, in UTC milliseconds. */
export interface OutcomeAt {
  kind: OutcomeKind;
  at: number;
}

/**
 * One task of the past; `created_at` is UTC milliseconds.
 *
 * With `rehearsal` nothing was paid, and `cost_usd` is what the same would cost with a key. `diff`
 * and `answer` are what came back, in the answer for one task and as long as they are kept.
 */
export interface HistoryTask {
  taskId: string;
  action: Action;
  uri?: string;
  state: TaskState;
  decision: Decision;
  editId?: string;
  costUsd: number;
  rehearsal?: boolean;
  createdAt: number;
  outcomes: OutcomeAt[];
  diff?: string;
  answer?: string;
}

/** Tasks of the past, newest first. */
export interface History {
  tasks: HistoryTask[];
}

/** Nothing is asked but the figures. */
export interface UsageAsk {
}

/** What one tier did: tasks it answered last, and dollars of all calls on it. */
export interface TierUse {
  tier: string;
  tasks: number;
  costUsd: number;
}

/** The figures of a scope. `saved_usd` is signed, against `baseline` with the same tokens. */
export interface ScopeUse {
  scope: "today" | "project";
  tasks: number;
  spentUsd: number;
  limitUsd?: number;
  savedUsd: number;
  baseline: string;
  tiers: TierUse[];
}

/** What was spent today and in the project, by tier. */
export interface UsageFigures {
  scopes: ScopeUse[];
}

/**
 * Which page is made: of the ledger, or with `demo` of an invented week.
 *
 * With `show` the server asks the editor to open it in the browser as well.
 */
export interface ReportAsk {
  demo?: boolean;
  show?: boolean;
}

/** Where the page is, and whether the editor opened it. */
export interface ReportPage {
  uri: string;
  shown: boolean;
}

/**
 * A group as the editor queues it. Without `at` and `by` it is for tonight, 23:00 to 07:00.
 *
 * `range` selects lines of the one document. `cap_usd` is what the group may cost at most.
 */
export interface QueueAdd {
  action: Action;
  textDocuments: TextDocument[];
  range?: WireRange;
  instruction?: string;
  each?: "file" | "diagnostic" | "symbol";
  tier?: string;
  at?: string;
  by?: string;
  capUsd?: number;
  after?: string;
  every?: "day";
  diagnostics?: DiagnosticItem[];
}

/** A job that was queued. */
export interface QueuedJob {
  id: string;
  path: string;
}

/** A group that was queued, with its forecast, its worst case and the baseline's cost. */
export interface Queued {
  group: string;
  jobs: QueuedJob[];
  forecastUsd: number;
  worstUsd: number;
  baselineUsd: number;
}

/** A group by id; `passed` leaves out of what is applied what tests speak against. */
export interface QueueGroup {
  group: string;
  passed?: boolean;
}

/** Which group is asked for; all of the project without one. */
export interface QueueAsk {
  group?: string;
}

/**
 * A job as it stands. `said` is that in words, with the sentence `reason` where there is one;
 * `line` is the first it was queued for, from 0; `edit_id` names its proposal.
 */
export interface QueueJob {
  id: string;
  path: string;
  uri: string;
  line?: number;
  state: "queued" | "waiting" | "running" | "ready" | "unchanged" | "red" | "needsYou" | "refused" | "changed" | "applied" | "discarded" | "expired" | "cancelled" | "failed";
  tier?: string;
  routed?: string;
  editId?: string;
  tests?: "passed" | "red" | "redBefore" | "flaky" | "none" | "notRun";
  network?: boolean;
  costUsd: number;
  said: string;
  reason?: string;
}

/** A group with its jobs, what is ready first. `line` is the group in one line. */
export interface GroupFigures {
  id: string;
  title: string;
  line: string;
  state: "open" | "paused" | "cancelled";
  counts: Record<string, number>;
  forecastUsd: number;
  costUsd: number;
  baselineUsd: number;
  jobs: QueueJob[];
}

/** The groups, the latest first. */
export interface QueueFigures {
  groups: GroupFigures[];
}

/** A job whose proposal was not applied, and why. */
export interface LeftJob {
  id: string;
  reason: string;
}

/** What was applied of a group, or taken back, and what was left. */
export interface GroupResolved {
  applied: string[];
  left: LeftJob[];
}

/** Raise a cap in dollars, or allow one task. Without a `scope` it is the cap that pauses. */
export interface Resume {
  raiseUsd?: number;
  scope?: "day" | "project";
  allowTask?: string;
}

/** A command of the server with its one argument. */
export interface CommandOffer {
  title: string;
  command: string;
  arguments: Record<string, unknown>[];
}

/** A choice in force: `key` is a session, project, file, action or tier, by its scope. */
export interface Pin {
  scope: Scope;
  key: string;
  to: string;
}

/**
 * The status of the window, as every client shows it.
 *
 * `needs_key` names the variable of a key that is missing: until it is set, or rehearsal is
 * chosen, nothing can be asked of its tier. `team` is what a team allows and has spent, in lines.
 */
export interface Status {
  kind: StatusKind;
  text: string;
  tooltip: string;
  tier?: string;
  routed?: string;
  confidence?: number;
  state?: TaskState;
  pins: Pin[];
  spentTodayUsd: number;
  reservedUsd: number;
  dayUsd?: number;
  spentProjectUsd: number;
  projectUsd?: number;
  spentHourUsd?: number;
  hourUsd?: number;
  level: BudgetLevel;
  command?: CommandOffer;
  needsKey?: string;
  team?: string[];
}

/** A budget crossed a threshold. */
export interface BudgetChanged {
  scope: "day" | "night" | "project" | "hour";
  state: BudgetLevel;
  spentUsd: number;
  limitUsd?: number;
}

export interface Requests {
  "tierwise/task/start": { params: TaskStart; result: Started };
  "tierwise/task/cancel": { params: TaskId; result: boolean };
  "tierwise/task/sent": { params: TaskId; result: Sent };
  "tierwise/chat/send": { params: ChatSend; result: ChatReply };
  "tierwise/chat/project": { params: ChatSend; result: ProjectContext };
  "tierwise/chat/focus": { params: ChatSend; result: FocusContext };
  "tierwise/chat/get": { params: ChatGet; result: Conversation };
  "tierwise/chat/retract": { params: ChatRetract; result: boolean };
  "tierwise/chat/delete": { params: ChatGet; result: boolean };
  "tierwise/chat/list": { params: ChatList; result: Conversations };
  "tierwise/chat/apply": { params: ChatApply; result: BlockOffered };
  "tierwise/route/explain": { params: Explain; result: Explained };
  "tierwise/route/override": { params: Override; result: Decision | null };
  "tierwise/route/choices": { params: ChoicesAsk; result: Choices };
  "tierwise/dial/get": { params: DialAsk; result: Dial };
  "tierwise/dial/turn": { params: DialTurn; result: Dial };
  "tierwise/edit/get": { params: EditId; result: EditGot };
  "tierwise/edit/resolve": { params: EditResolve; result: Resolved };
  "tierwise/status": { params: null; result: Status };
  "tierwise/history/query": { params: HistoryAsk; result: History };
  "tierwise/usage/query": { params: UsageAsk; result: UsageFigures };
  "tierwise/report/make": { params: ReportAsk; result: ReportPage };
  "tierwise/queue/add": { params: QueueAdd; result: Queued };
  "tierwise/queue/list": { params: null; result: QueueFigures };
  "tierwise/queue/report": { params: QueueAsk; result: QueueFigures };
  "tierwise/queue/apply": { params: QueueGroup; result: GroupResolved };
  "tierwise/queue/undo": { params: QueueGroup; result: GroupResolved };
  "tierwise/queue/cancel": { params: QueueGroup; result: number };
}

export interface FromClient {
  "tierwise/edit/didShow": { params: EditId; result: void };
  "tierwise/outcome/record": { params: RecordOutcome; result: void };
  "tierwise/trust/didChange": { params: TrustChange; result: void };
  "tierwise/window/didFocus": { params: null; result: void };
}

export interface ToClient {
  "tierwise/task/didChange": { params: TaskChanged; result: void };
  "tierwise/chat/didStream": { params: Streamed; result: void };
  "tierwise/status/didChange": { params: Status; result: void };
  "tierwise/budget/didChange": { params: BudgetChanged; result: void };
}

export interface Commands {
  "tierwise.task.start": { params: TaskStart; result: Started };
  "tierwise.task.cancel": { params: TaskId; result: boolean };
  "tierwise.task.rerunOn": { params: Rerun; result: Started };
  "tierwise.task.showSent": { params: TaskId; result: boolean };
  "tierwise.edit.apply": { params: EditId; result: Resolved };
  "tierwise.edit.discard": { params: EditId; result: Resolved };
  "tierwise.edit.showDiff": { params: EditId; result: boolean };
  "tierwise.edit.undo": { params: EditId; result: Resolved };
  "tierwise.route.override": { params: Override; result: Decision | null };
  "tierwise.route.rate": { params: Rate; result: boolean };
  "tierwise.budget.resume": { params: Resume; result: Status };
  "tierwise.queue.add": { params: QueueAdd; result: Queued };
}
