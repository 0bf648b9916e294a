/** Where a question is written: text, what goes with it, a tier if the operator wants one. */
import type { Chip, Completion, FocusChip, Money, ProjectContext, Slash } from "../src/panel/protocol";
import { CompletionList } from "./completion";
import { button, fill, glyph, h, iconButton } from "./dom";
import { keep, tell } from "./host";
import { openMenu } from "./menu";
import { t, tierName } from "./words";

/** Pixels from which the prompt says in whole words what it takes. */
const ROOMY = 230;

/** Milliseconds of rest after typing before the server is asked what of the project goes along. */
const REST = 400;

export class Composer {
  readonly field = h("textarea", {
    rows: 1,
    "aria-label": t("Ask"),
    placeholder: t("Ask, @ to attach, / for actions"),
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": "completions",
  });
  readonly node: HTMLElement;
  private readonly list = new CompletionList(this.field, (item) => { this.complete(item); });
  private readonly row = h("div", { class: "chips" });
  private readonly go = h("button", { type: "button", class: "primary send" });
  private readonly tierButton = button(t("Auto"), () => { this.chooseTier(); }, {
    class: "quiet", "aria-haspopup": "menu", title: t("Which tier answers"),
  });
  private chips: Chip[] = [];
  private suggestion: Chip | undefined;
  /** What is before the operator in the editor, and goes along unless they took it off. */
  private focus: FocusChip | undefined;
  private tier: string | undefined;
  /** What would go along of the project with the text that stands there. */
  private project: ProjectContext | undefined;
  private withoutProject = false;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private runningTask: string | undefined;
  private paused = false;
  private tiers: readonly string[] = [];
  private slashes: readonly Slash[] = [];

  constructor(draft: string) {
    this.node = h(
      "div",
      { class: "composer" },
      this.list.node,
      h("div", { class: "box" }, this.row, this.field,
        h("div", { class: "tools" },
          iconButton("attach", t("Attach a file"), () => { tell({ kind: "attachFile" }); }),
          this.tierButton,
          h("span", { class: "grow" }),
          this.go)),
    );
    this.field.value = draft;
    this.field.addEventListener("input", () => { this.typed(); });
    this.field.addEventListener("keydown", (event) => { this.key(event); });
    this.field.addEventListener("blur", () => { this.list.hide(); });
    this.go.addEventListener("click", () => { this.press(); });
    this.draw();
    new ResizeObserver(() => {
      this.field.placeholder = this.field.clientWidth < ROOMY ? t("Ask, @ file, / action") : t("Ask, @ to attach, / for actions");
      this.grow();
    }).observe(this.node);
    requestAnimationFrame(() => { this.grow(); });
  }

  know(tiers: readonly string[], slashes: readonly Slash[]): void {
    this.tiers = tiers;
    this.slashes = slashes;
  }

  /** The selection in the editor, offered and not yet taken. */
  suggest(chip: Chip | undefined): void {
    this.suggestion = chip;
    this.draw();
  }

  beforeYou(chip: FocusChip | undefined): void {
    this.focus = chip;
    this.draw();
  }

  attach(chips: readonly Chip[]): void {
    for (const chip of chips) {
      if (!this.chips.some((known) => same(known, chip))) this.chips.push(chip);
    }
    this.changed();
  }

  /** What goes with the question is another than before. */
  private changed(): void {
    this.draw();
    this.look();
    this.field.focus();
  }

  /** The task that is being answered: Send is Stop meanwhile. */
  answering(taskId: string | undefined): void {
    this.runningTask = taskId;
    this.draw();
  }

  money(money: Money): void {
    this.paused = money.state === "paused";
    this.draw();
  }

  prefill(text: string): void {
    this.field.value = text;
    this.typed();
    this.field.focus();
  }

  offer(query: string, items: readonly Completion[]): void {
    if (document.activeElement === this.field && this.word().text === query) this.list.show(items);
  }

  /** What goes along of the project, unless the text is another one by now. */
  offerProject(text: string, context: ProjectContext | undefined): void {
    if (text !== this.field.value.trim()) return;
    this.project = context;
    this.draw();
  }

  /** Ask what of the editor goes along with what is written here. */
  private look(): void {
    tell({ kind: "look", text: this.field.value.trim(), chips: this.chips, tier: this.tier });
  }

  /** Ask about the project, and what else goes along, once the typing rests. */
  private lookSoon(): void {
    clearTimeout(this.resting);
    const text = this.field.value.trim();
    if (text === "") {
      this.project = undefined;
      this.withoutProject = false;
      this.draw();
      this.look();
      return;
    }
    this.resting = setTimeout(() => {
      tell({ kind: "projectContext", text, chips: this.chips });
      this.look();
    }, REST);
  }

  private press(): void {
    if (this.runningTask !== undefined) tell({ kind: "stop", taskId: this.runningTask });
    else this.send();
  }

  private send(): void {
    const text = this.field.value.trim();
    if (text === "" || this.runningTask !== undefined) return;
    const project = this.withoutProject ? false : undefined;
    tell({ kind: "send", text, chips: this.chips, tier: this.tier, project });
    this.field.value = "";
    this.chips = [];
    this.tier = undefined;
    this.typed();
    this.draw();
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing || this.list.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === "Escape" && this.runningTask !== undefined) {
      tell({ kind: "stop", taskId: this.runningTask });
    } else if (event.key === "Backspace" && this.field.value === "" && this.chips.length > 0) {
      this.chips.pop();
      this.changed();
    }
  }

  private typed(): void {
    keep({ draft: this.field.value });
    this.grow();
    this.lookSoon();
    const { text } = this.word();
    if (text.startsWith("/") && this.field.selectionStart === text.length) {
      const wanted = text.slice(1).toLowerCase();
      const found = this.slashes.filter((slash) => slash.name.startsWith(wanted));
      this.list.show(found.map((slash) => ({ label: `/${slash.name}`, detail: slash.detail })));
    } else if (text.startsWith("@")) {
      tell({ kind: "complete", query: text });
    } else {
      this.list.hide();
    }
  }

  /** The word before the cursor, and where it begins. */
  private word(): { text: string; from: number } {
    const before = this.field.value.slice(0, this.field.selectionStart);
    const text = /\S*$/.exec(before)?.[0] ?? "";
    return { text, from: before.length - text.length };
  }

  /** What is chosen stays in the sentence as a word; a file is attached as well. */
  private complete(item: Completion): void {
    const { text, from } = this.word();
    const rest = this.field.value.slice(from + text.length);
    const said = item.chip === undefined ? `${item.label} ` : `${mention(item.chip.label)} `;
    this.field.value = this.field.value.slice(0, from) + said + rest.replace(/^ /, "");
    this.field.setSelectionRange(from + said.length, from + said.length);
    keep({ draft: this.field.value });
    if (item.chip !== undefined) this.attach([item.chip]);
    this.grow();
  }

  private chooseTier(): void {
    const pick = (tier: string | undefined) => () => {
      this.tier = tier;
      this.changed();
    };
    openMenu(this.tierButton, [
      { label: t("Auto"), detail: t("the cheapest that will do"), act: pick(undefined) },
      ...[...this.tiers].reverse().map((tier) => ({
        label: tierName(tier), detail: t("for this question"), act: pick(tier),
      })),
    ]);
  }

  private projectChip(): HTMLElement | undefined {
    const context = this.project;
    if (context === undefined) return undefined;
    const turn = (without: boolean) => () => {
      this.withoutProject = without;
      this.draw();
      this.field.focus();
    };
    if (this.withoutProject) {
      return button(t("Add project context"), turn(false), { class: "chip offered project" });
    }
    return h("span", { class: "chip project", title: context.files.join("\n") }, glyph("file"), context.title,
      iconButton("close", t("Remove {0}", t("project context")), turn(true)));
  }

  private focusChip(): HTMLElement | undefined {
    const chip = this.focus;
    if (chip === undefined) return undefined;
    const turn = (on: boolean) => () => {
      tell({ kind: "focus", on });
      this.field.focus();
    };
    if (!chip.on) {
      return button(`+ ${chip.title}`, turn(true), {
        class: "chip offered focus", title: t("Send along what is before you in the editor"),
      });
    }
    return h("span", { class: "chip focus", title: t("Goes along: {0}", chip.detail) }, glyph("eye"), chip.title,
      iconButton("close", t("Remove {0}", chip.label), turn(false)));
  }

  private grow(): void {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 200)}px`;
  }

  private draw(): void {
    const taken = this.chips.map((chip) => {
      const remove = iconButton("close", t("Remove {0}", chip.label), () => {
        this.chips = this.chips.filter((other) => other !== chip);
        this.changed();
      });
      return h("span", { class: "chip" }, glyph(chip.kind === "file" ? "file" : "list-selection"), chip.label, remove);
    });
    const offered = this.suggestion;
    const open = offered !== undefined && !this.chips.some((chip) => same(chip, offered));
    const add = open
      ? button(`+ ${offered.label}`, () => { this.attach([offered]); },
          { class: "chip offered", title: t("Attach the selection") })
      : undefined;
    fill(this.row, this.focusChip(), ...taken, add, this.projectChip());
    this.tierButton.textContent = this.tier === undefined ? t("Auto") : tierName(this.tier);
    const stop = this.runningTask !== undefined;
    this.go.classList.toggle("stop", stop);
    fill(this.go, stop ? t("Stop") : this.paused ? t("Paused") : t("Send"));
    this.go.title = stop ? t("Stop (Escape)") : this.paused ? t("The budget is used up") : t("Send (Enter)");
  }
}

/** Whether two chips are the same place: two files may have one name. */
function same(one: Chip, other: Chip): boolean {
  return one.kind === other.kind && one.uri === other.uri && one.label === other.label;
}

/** A file as a word of the sentence. Only a tier is named by a first word without a dot or slash. */
function mention(label: string): string {
  if (/\s/.test(label)) return `@"${label}"`;
  return /[./]/.test(label) ? `@${label}` : `@./${label}`;
}
