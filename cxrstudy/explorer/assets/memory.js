/*
 * Memory: what a page shows, kept with the page's place in the history and in the page itself, so
 * that going back, reloading and saving the page bring the same picture.
 */

const NAME = "cxrstudy";

/**
 * @param {HTMLElement} element
 * @param {string} place name of the explorer on its page
 * @returns {Partial<import("./choices.js").Choice>}
 */
export function recalled(element, place) {
  return history.state?.[NAME]?.[place] ?? parsed(element.dataset.choice) ?? {};
}

/** @param {string | undefined} text */
function parsed(text) {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null; // somebody else's attribute
  }
}

/**
 * @param {HTMLElement} element
 * @param {string} place
 * @param {import("./choices.js").Choice} choice
 */
export function remember(element, place, choice) {
  element.dataset.choice = JSON.stringify(choice);
  const all = { ...history.state?.[NAME], [place]: choice };
  try {
    history.replaceState({ ...history.state, [NAME]: all }, "");
  } catch {
    // A page in a frame may have no history of its own; it still has its attribute.
  }
}
