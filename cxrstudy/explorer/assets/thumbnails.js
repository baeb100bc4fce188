/*
 * Thumbnails: every image that the filter lets through, small, in the order of the list.
 *
 * Each is found by the id of its case, and stands in an option that carries this id, so that it can't
 * be another image's. What has not come yet is an empty place with its name.
 */

import { make } from "../../base/assets/elements.js";
import { offered, outcomeOf } from "./choices.js";
import { spoken, worthOf } from "./words.js";

/** @typedef {import("./state.js").State} State */

/** @type {WeakMap<HTMLElement, string>} what a strip holds, so that it is not made twice */
const held = new WeakMap();

/**
 * What the strip shows, without a page: one entry per image.
 * @param {State} state
 */
export function stripOf({ data, cases, choice, thumbnails }) {
  return offered(cases, choice).map((one) => {
    const truth = one.truth.map((label) => spoken(data, label)).join(", ");
    const words = [one.id, truth, worthOf(one, choice.arm)].filter(Boolean).join(": ");
    return { id: one.id, image: thumbnails[one.id] ?? null, words, outcome: outcomeOf(one.readings[choice.arm].right) };
  });
}

/**
 * @param {HTMLElement} strip
 * @param {State} state
 */
export function showThumbnails(strip, state) {
  const entries = stripOf(state);
  const now = entries.map(({ id, image, words }) => `${id}\t${image === null}\t${words}`).join("\n");
  if (held.get(strip) !== now) {
    strip.replaceChildren(...entries.map((entry, place) => option(entry, `${state.view}-${place}`)));
    held.set(strip, now);
  }
  const before = strip.querySelector("[aria-selected=true]");
  const chosen = [...strip.children].find((one) => /** @type {HTMLElement} */ (one).dataset.id === state.choice.id);
  if (before === chosen) return;
  before?.setAttribute("aria-selected", "false");
  chosen?.setAttribute("aria-selected", "true");
  strip.setAttribute("aria-activedescendant", chosen?.id ?? "");
  if (chosen) bringIntoSight(strip, /** @type {HTMLElement} */ (chosen));
}

/**
 * @param {{id: string, image: string | null, words: string, outcome: string}} entry
 * @param {string} name of the element
 */
function option({ id, image, words, outcome }, name) {
  const picture = image === null
    ? make("span", { class: "cxr-thumb-name" }, id)
    : make("img", { src: image, alt: "", draggable: "false" });
  const sign = outcome && make("span", { class: "cxr-thumb-sign", "aria-hidden": "true" }, outcome === "right" ? "✓" : "✗");
  const element = make("div", { role: "option", id: name, title: words, "aria-label": words, "aria-selected": "false" }, picture, sign);
  element.dataset.id = id;
  return element;
}

/**
 * The strip moves, and never the page.
 * @param {HTMLElement} strip
 * @param {HTMLElement} one
 */
function bringIntoSight(strip, one) {
  const left = one.offsetLeft - strip.offsetLeft;
  if (left < strip.scrollLeft || left + one.offsetWidth > strip.scrollLeft + strip.clientWidth) {
    strip.scrollLeft = left - (strip.clientWidth - one.offsetWidth) / 2;
  }
}

/**
 * The case of the thumbnail that was clicked.
 * @param {Event} event
 * @returns {string | null}
 */
export function clickedCase(event) {
  const target = /** @type {Element | undefined} */ (event.composedPath()[0]);
  const one = /** @type {HTMLElement | null | undefined} */ (target?.closest?.("[role=option]"));
  return one?.dataset.id ?? null;
}
