/* Page: the elements of an explorer, empty; view.js fills them and controls.js listens to them. */

import { make, select } from "../../base/assets/elements.js";
import { NOTICE } from "./words.js";

/**
 * A labelled control; `name` is how tests and style sheets find it.
 * @param {string} text
 * @param {HTMLElement} control
 * @param {string} name
 * @param {...Node} more
 */
function labelled(text, control, name, ...more) {
  control.dataset.control = name;
  return make("label", { class: `cxr-control cxr-${name}` }, make("span", {}, text), control, ...more);
}

/**
 * @param {string} text
 * @param {string} name
 * @param {string} [label]
 */
function button(text, name, label) {
  return make("button", { type: "button", "data-control": name, "aria-label": label }, text);
}

/** What keys and hands do, for people. */
const KEYS = [
  ["← →", "previous or next image"], ["+ −", "magnify, or show more"], ["0", "whole image, all greys"],
  ["[ ]", "narrower or wider window of greys"], ["o", "radiograph beside the map"], ["?", "this list"],
  ["drag", "move a magnified image"], ["Shift and drag", "window (across) and level (up, down)"],
  ["Ctrl and wheel, two fingers", "magnify"], ["double click", "whole image"],
];

const slider = () => make("input", { type: "range", min: 0, max: 1, step: 0.05, autocomplete: "off" });

/** @typedef {ReturnType<typeof makeParts>} Parts */

/** Every element that changes later. */
function makeParts() {
  return {
    previous: button("‹", "previous", "Previous image"), next: button("›", "next", "Next image"),
    image: select(), count: make("span", { class: "cxr-count" }),
    truth: select(), outcome: select(), source: select(), apart: select(),
    thumbs: make("div", { class: "cxr-thumbs", role: "listbox", tabindex: 0, "aria-label": "Images, small; arrow left and right change the image" }),
    arm: select(), other: select(), label: select(), method: select(), layer: select(),
    colours: select(), opacity: slider(), threshold: slider(),
    outline: make("input", { type: "checkbox", autocomplete: "off" }),
    original: make("input", { type: "checkbox", autocomplete: "off" }),
    opacityValue: make("output"), thresholdValue: make("output"),
    level: slider(), width: slider(), levelValue: make("output"), widthValue: make("output"),
    closer: button("+", "closer", "Magnify"), farther: button("−", "farther", "Show more of the image"),
    whole: button("Whole image", "whole"), zoomSays: make("span", { class: "cxr-zoom" }),
    save: button("Save picture", "save"), link: button("Link to this", "link"), order: select(),
    help: make("details", { class: "cxr-keys" }, make("summary", {}, "Keys and gestures (?)"),
      make("dl", {}, ...KEYS.flatMap(([key, does]) => [make("dt", {}, key), make("dd", {}, does)]))),
    readout: make("p", { class: "cxr-readout", "aria-hidden": "true" }),
    stage: make("div", {
      class: "cxr-stage", tabindex: 0, role: "group",
      "aria-label": "Pictures; arrow left and right change the image, plus and minus magnify, question mark lists keys",
    }),
    scale: make("span", { class: "cxr-scale" }), caption: make("figcaption"),
    warnings: make("ul", { class: "cxr-warnings", "aria-label": "Warnings about this image", hidden: true }),
    facts: make("dl", { class: "cxr-facts" }), filterSays: make("summary"),
    says: make("p", { class: "cxr-says", role: "status", "aria-live": "polite" }),
    trouble: make("p", { class: "cxr-error cxr-trouble", role: "alert", hidden: true }),
    again: button("Ask again", "again"),
    error: make("p", { class: "cxr-error", role: "alert", hidden: true }),
    refused: make("ul", { class: "cxr-error cxr-refused", role: "alert", hidden: true }),
    clear: button("Clear messages", "clear"),
    file: make("input", {
      type: "file", multiple: true, accept: ".png,.jpg,.jpeg,.dcm,image/png,image/jpeg,application/dicom",
    }),
    progress: make("progress", { max: 1, value: 0 }), cancel: button("Cancel", "cancel"),
    waiting: make("div", { class: "cxr-waiting", hidden: true }), waitingSays: make("span", { class: "cxr-waiting-says" }),
    view: make("div", { class: "cxr-view", role: "region", dir: "ltr", lang: "en" }),
  };
}

/**
 * The frame of an explorer, put into an element.
 * @param {HTMLElement} element
 * @param {import("./messages.js").Catalogue} data
 * @param {boolean} live
 */
export function buildPage(element, data, live) {
  const parts = makeParts();
  const several = data.arms.length > 1;
  parts.again.hidden = parts.clear.hidden = true;
  parts.view.setAttribute("aria-label", data.title);
  parts.waiting.append(parts.progress, parts.cancel, parts.waitingSays);
  const controls = make("div", { class: "cxr-controls", role: "group", "aria-label": "Map" },
    ...(several ? [labelled("Arm", parts.arm, "arm"), labelled("Compare with", parts.other, "other")] : []),
    labelled("Map for class", parts.label, "label"),
    labelled("Method", parts.method, "method"),
    labelled("Layer", parts.layer, "layer"),
    labelled("Colours", parts.colours, "colours"),
    labelled("Opacity", parts.opacity, "opacity", parts.opacityValue),
    labelled("Threshold", parts.threshold, "threshold", parts.thresholdValue),
    labelled("Window of greys", parts.width, "width", parts.widthValue),
    labelled("Level", parts.level, "level", parts.levelValue),
    labelled("Outline of the true lesion", parts.outline, "outline"),
    labelled("Radiograph beside the map", parts.original, "original"),
    ...(live ? [labelled("Own images (PNG, JPEG, DICOM)", parts.file, "file"), parts.waiting] : []));
  const filters = make("details", { class: "cxr-filter" }, parts.filterSays, make("div", {},
    labelled("True class", parts.truth, "truth"),
    labelled("Prediction", parts.outcome, "outcome"),
    labelled("Site", parts.source, "source"),
    labelled("Error", parts.apart, "apart"),
    labelled("Order", parts.order, "order")));
  const choosing = make("div", { class: "cxr-choose" },
    parts.previous, labelled("Image", parts.image, "image"), parts.next, parts.count, filters, parts.thumbs);
  const legend = make("div", { class: "cxr-legend", "aria-hidden": "true" }, "0", parts.scale, "strongest");
  const looking = make("div", { class: "cxr-looking", role: "group", "aria-label": "View" },
    parts.farther, parts.closer, parts.zoomSays, parts.whole, parts.save, parts.link);
  const messages = make("div", { class: "cxr-messages" },
    parts.trouble, parts.again, parts.error, parts.refused, parts.clear);
  parts.view.append(choosing, messages,
    make("div", { class: "cxr-body" }, make("figure", {}, looking, parts.warnings, parts.stage, parts.readout, legend, parts.caption), controls),
    parts.facts, make("p", { class: "cxr-notice" }, NOTICE), parts.help, parts.says);
  // A saved page holds the explorer as it was; the figure stays for pages whose scripts don't run.
  for (const old of element.querySelectorAll(":scope > .cxr-view")) old.remove();
  const still = element.querySelector(":scope > .cxr-still");
  element.insertBefore(parts.view, still?.nextSibling ?? null);
  element.classList.add("cxr-mounted");
  return parts;
}

/**
 * What stands in an element until there is something to explore: how far the kernel is with it.
 * @param {HTMLElement} element
 * @returns {{show: (scoring: {share?: number, text?: string, error?: string}) => void, remove: () => void}}
 */
export function buildScoring(element) {
  const progress = make("progress", { max: 1, value: 0, "aria-label": "Images being scored" });
  const says = make("p", { class: "cxr-scoring-says", role: "status" });
  const error = make("p", { class: "cxr-error", role: "alert", hidden: true });
  const whole = make("div", { class: "cxr-scoring", dir: "ltr", lang: "en" }, progress, says, error);
  element.append(whole);
  return {
    show({ share, text, error: why }) {
      progress.value = share ?? 0;
      progress.hidden = says.hidden = why !== undefined;
      says.textContent = `The kernel scores the images: ${text ?? "it begins"}.`;
      error.textContent = why ?? "";
      error.hidden = why === undefined;
    },
    remove: () => whole.remove(),
  };
}

/**
 * Picture and probabilities of one arm.
 * @param {string} arm
 * @param {boolean} several
 */
export function buildPanel(arm, several) {
  const panel = {
    arm, canvas: make("canvas", { role: "img" }), says: make("p", { class: "cxr-prediction" }),
    bars: make("ul", { class: "cxr-bars", "aria-label": `Probabilities, ${arm}` }),
    note: make("p", { class: "cxr-note" }), rule: make("p", { class: "cxr-rule" }),
  };
  const name = several ? [make("h3", {}, arm)] : [];
  const element = make("div", { class: "cxr-panel" }, ...name, panel.canvas, panel.note, panel.says, panel.bars, panel.rule);
  return { ...panel, element };
}

/** The radiograph alone: in print, and where it is wanted beside the map. */
export function buildPlain() {
  const canvas = make("canvas");
  const element = make("div", { class: "cxr-panel cxr-plain", role: "img", "aria-label": "The radiograph without a map" },
    make("h3", {}, "radiograph"), canvas);
  return { canvas, element };
}
