/* Elements: how every front end makes the elements of its page. */

/**
 * Make an element: attributes, then children (elements or text).
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number | boolean | undefined>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

/** A list to choose from. A browser would fill it with what it held before, and what is shown would be of something else. */
export const select = () => make("select", { autocomplete: "off" });

/** @param {[string, string][]} pairs values and texts */
export const options = (pairs) => pairs.map(([value, text]) => make("option", { value }, text));
