/*
 * Memory: what a page shows, kept with the page's place in the history, in the tab and in the page
 * itself, so that going back, reloading and saving the page bring the same picture. A browser that
 * is leaving a page may no longer write its history; it still keeps what a tab stores. A widget keeps
 * it with its model, for views that are opened later. An address that leads to a picture follows it.
 */

const NAME = "cxrstudy";

/**
 * @param {HTMLElement} element
 * @param {string} place name of the explorer on its page
 * @returns {Partial<import("./choices.js").Choice>}
 */
export function recalled(element, place) {
  return history.state?.[NAME]?.[place] ?? left(place) ?? linked(place) ?? parsed(element.dataset.choice) ?? {};
}

/**
 * What this tab showed when the page was left, if it has come back to it.
 * @param {string} place
 * @returns {Partial<import("./choices.js").Choice> | null}
 */
function left(place) {
  const [arrival] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  if (arrival?.type !== "reload" && arrival?.type !== "back_forward") return null;
  try {
    return parsed(sessionStorage.getItem(drawer(place)));
  } catch {
    return null; // a page in a frame may have no storage
  }
}

/** @param {string} place */
const drawer = (place) => [NAME, globalThis.location?.href.split("#")[0], place].join(" ");

/**
 * The choice in the page's address, if it is for this explorer.
 * @param {string} place
 * @returns {Partial<import("./choices.js").Choice> | null}
 */
export function linked(place) {
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

/**
 * An address that leads to a picture of this explorer leads to the one that is shown now.
 * @param {string} place
 * @param {import("./choices.js").Choice} choice
 */
export function followWith(place, choice) {
  if (linked(place)) linkTo(place, choice);
}

/**
 * What a new view of a widget shows first: what its address says, or what was shown last.
 * @param {import("./live.js").Model} model
 * @param {string} place
 * @returns {Partial<import("./choices.js").Choice>}
 */
export function recalledWith(model, place) {
  return linked(place) ?? model.get("choice") ?? {};
}

/**
 * @param {import("./live.js").Model} model
 * @param {string} place
 * @param {import("./choices.js").Choice} choice
 */
export function rememberWith(model, place, choice) {
  try {
    model.set("choice", choice);
    model.save_changes();
  } catch {
    // Without a kernel nobody is there to keep it.
  }
}

/** @param {string | null | undefined} text */
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
  try {
    sessionStorage.setItem(drawer(place), JSON.stringify(choice));
  } catch {
    // There may be no storage, or no room in it; the history keeps the choice all the same.
  }
  const all = { ...history.state?.[NAME], [place]: choice };
  try {
    history.replaceState({ ...history.state, [NAME]: all }, "");
  } catch {
    // A page in a frame may have no history of its own; it still has its attribute.
  }
}
