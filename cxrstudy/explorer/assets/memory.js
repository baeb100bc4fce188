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
  return linked(place) ?? history.state?.[NAME]?.[place] ?? parsed(element.dataset.choice) ?? {};
}

/**
 * The choice in the page's address, if it is for this explorer and was not changed since.
 * @param {string} place
 * @returns {Partial<import("./choices.js").Choice> | null}
 */
function linked(place) {
  if (history.state?.[NAME]?.[place]) return null; // it was come back to
  const fields = new URLSearchParams(globalThis.location?.hash.slice(1));
  return fields.get("explorer") === place ? parsed(fields.get("choice") ?? undefined) : null;
}

/**
 * Make the page's address lead to a choice, and give it.
 * @param {string} place
 * @param {import("./choices.js").Choice} choice
 */
export function linkTo(place, choice) {
  const fields = new URLSearchParams({ explorer: place, choice: JSON.stringify(choice) });
  try {
    history.replaceState(history.state, "", `#${fields}`);
  } catch {
    // A page in a frame may have no address of its own; the link is right all the same.
  }
  return `${location.href.split("#")[0]}#${fields}`;
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
