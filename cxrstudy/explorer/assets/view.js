/* View: writes a state into the page, whole: the picture, and every word about it. */

import { make } from "../../base/assets/elements.js";
import { coloursOf } from "./colours.js";
import { SETTINGS, outcomeOf } from "./choices.js";
import { writeControls } from "./controls.js";
import { buildPanel, buildPlain } from "./page.js";
import { paint, wipe } from "./painting.js";
import { seen } from "./state.js";
import { showThumbnails } from "./thumbnails.js";
import { underWay } from "./upload.js";
import { alternativeOf, captionOf, factsOf, noteOf, probability, ruleOf, sentenceOf, spoken, thresholdOf, troubleOf, warningsOf, worthOf } from "./words.js";

/**
 * @typedef {import("./page.js").Parts} Parts
 * @typedef {import("./state.js").State} State
 * @typedef {import("./messages.js").Answer} Answer
 * @typedef {ReturnType<typeof buildPanel>} Panel
 */

/**
 * @param {Parts} page
 * @param {State} first
 * @returns {(state: State) => void} shows a state
 */
export function showsOn(page, first) {
  const several = first.data.arms.length > 1;
  const plain = buildPlain();
  /** @type {Panel[]} */
  let panels = [];
  let drawn = ""; // what the canvases hold, so that they are not painted twice

  const arrange = (/** @type {string[]} */ arms) => {
    if (panels.length > 0 && panels.map(({ arm }) => arm).join("\n") === arms.join("\n")) return;
    panels = arms.map((arm) => buildPanel(arm, several));
    panels.forEach(({ canvas }, number) => { canvas.dataset.panel = String(number); });
    page.stage.replaceChildren(plain.element, ...panels.map(({ element }) => element));
  };

  return (state) => {
    const { answer, place, phase, files } = seen(state);
    const parts = (answer ?? state.awaited?.request)?.parts;
    arrange(parts?.map(({ arm }) => arm) ?? [state.choice.arm]);
    const { colours, zoom, original } = state.choice;
    const now = answer ? JSON.stringify([answer.number, ...SETTINGS.map((name) => state.choice[name])]) : "";
    if (answer && now !== drawn) {
      paint(plain.canvas, answer.image, null, answer.outline, state.choice);
      panels.forEach((panel, number) => showPanel(panel, number, answer, state));
      page.facts.replaceChildren(...factsOf(state.data, answer.about).map(([name, value]) =>
        make("div", {}, make("dt", {}, name), make("dd", {}, value))));
      page.warnings.replaceChildren(...warningsOf(state.data, answer.about).map((text) => make("li", {}, text)));
    }
    if (!answer) {
      // The place keeps its height, so that nothing jumps when the picture comes.
      if (page.view.offsetHeight > 0) page.view.style.minHeight = `${page.view.offsetHeight}px`;
      for (const panel of panels) emptyPanel(panel);
      wipe(plain.canvas);
      page.facts.replaceChildren();
      page.warnings.replaceChildren();
    }
    page.warnings.hidden = page.warnings.children.length === 0;
    if (answer) page.view.style.minHeight = "";
    drawn = now;
    page.view.dataset.case = answer?.case ?? "";
    page.stage.classList.toggle("cxr-magnified", zoom > 1);
    page.stage.classList.toggle("cxr-beside", original);
    page.stage.dataset.panels = String(panels.length + (original ? 1 : 0));
    page.view.dataset.state = phase;
    page.view.dataset.place = place;
    page.view.setAttribute("aria-busy", String(phase === "busy"));
    page.caption.textContent = captionOf(state);
    page.scale.style.backgroundImage =
      `linear-gradient(to right, ${coloursOf(colours).map((colour) => `rgb(${colour.join(",")})`).join(", ")})`;
    showOutline(page, answer);
    writeControls(page, state);
    showThumbnails(page.thumbs, state);
    showMessages(page, state);
    showWaiting(page, state, phase === "busy" || files);
    if (phase !== "busy" || place === "waiting") say(page, sentenceOf(state));
  };
}

/**
 * @param {Panel} panel
 * @param {number} number
 * @param {Answer} answer
 * @param {State} state
 */
function showPanel(panel, number, answer, { data, choice }) {
  const { about } = answer;
  const reading = about.readings[panel.arm];
  paint(panel.canvas, answer.image, answer.maps[number], answer.outline, choice);
  panel.canvas.setAttribute("aria-label", alternativeOf(data, answer, number));
  panel.note.textContent = noteOf(data, answer, number);
  panel.says.replaceChildren("calls ", make("strong", {}, reading.words));
  const outcome = outcomeOf(reading.right);
  if (outcome) panel.says.append(" ", make("span", { class: `cxr-${outcome}` }, `${reading.right ? "✓" : "✗"} ${worthOf(about, panel.arm)}`));
  panel.bars.replaceChildren(...Object.entries(reading.probabilities).map(([label, p]) => {
    const full = make("span");
    full.style.width = `${p * 100}%`;
    const name = make("span", {}, spoken(data, label));
    if (about.truth.includes(label)) name.append(make("em", {}, " (truth)"));
    const kind = reading.called.includes(label) ? "cxr-called" : undefined;
    return make("li", { class: kind }, name, make("span", { class: "cxr-bar", "aria-hidden": "true" }, full),
      make("span", { class: "cxr-number" }, probability(p, thresholdOf(data, panel.arm, label))));
  }));
  panel.rule.textContent = ruleOf(data, panel.arm);
}

/** @param {Panel} panel */
function emptyPanel(panel) {
  wipe(panel.canvas);
  panel.canvas.setAttribute("aria-label", "No picture");
  for (const element of [panel.note, panel.says, panel.bars, panel.rule]) element.replaceChildren();
}

/**
 * @param {Parts} page
 * @param {Answer | null} answer
 */
function showOutline(page, answer) {
  const known = answer !== null && answer.outline !== null;
  if (!known) keepFocus(page, page.outline);
  page.outline.disabled = !known;
  const label = page.outline.closest("label");
  if (label) label.title = known ? "" : "The lesion of this image is not known";
}

/**
 * @param {Parts} page
 * @param {State} state
 */
function showMessages(page, state) {
  const refused = state.uploads.filter(({ phase }) => phase === "refused").map(({ text }) => text);
  write(page.trouble, state.trouble ? troubleOf(state) : "");
  write(page.error, state.error);
  const before = [...page.refused.children].map(({ textContent }) => textContent);
  if (before.join("\n") !== refused.join("\n")) page.refused.replaceChildren(...refused.map((text) => make("li", {}, text)));
  hide(page, page.refused, refused.length === 0);
  page.again.textContent = state.trouble === "cut" ? "Connect again" : "Ask again";
  hide(page, page.again, !state.trouble);
  hide(page, page.clear, !state.error && refused.length === 0);
}

/**
 * @param {Parts} page
 * @param {State} state
 * @param {boolean} waits
 */
function showWaiting(page, { awaited, uploads }, waits) {
  hide(page, page.waiting, !waits);
  const { text, share } = underWay(uploads) ?? { text: "Map being computed", share: awaited?.share ?? 0 };
  page.progress.value = share;
  page.progress.setAttribute("aria-label", text);
  if (page.waitingSays.textContent !== text) page.waitingSays.textContent = text;
}

/**
 * @param {Parts} page
 * @param {string} text
 */
function say(page, text) {
  if (page.says.textContent !== text) page.says.textContent = text;
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
  element.hidden = !text;
}

/**
 * @param {Parts} page
 * @param {HTMLElement} element
 * @param {boolean} hidden
 */
function hide(page, element, hidden) {
  if (hidden) keepFocus(page, element);
  element.hidden = hidden;
}

/**
 * What has the focus is about to go: the pictures take it, so that it stays in the explorer.
 * @param {Parts} page
 * @param {HTMLElement} element
 */
function keepFocus(page, element) {
  if (element.contains(/** @type {Node | null} */ (element.ownerDocument.activeElement))) page.stage.focus({ preventScroll: true });
}
