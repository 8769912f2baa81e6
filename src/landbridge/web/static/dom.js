// Building elements. Text from data goes in as text nodes only: nothing here or elsewhere parses markup.

const SVG = 'http://www.w3.org/2000/svg';

/** An element with properties and children. Strings become text; null, undefined and false are left out.
 *
 * `on` holds listeners, `style` single declarations (set by script, which the policy allows); all other
 * properties are attributes, where true means present and false or null absent.
 */
export function el(tag, props = {}, ...children) {
  return build(document.createElement(tag), props, children);
}

/** The same for a drawing. */
export function svg(tag, props = {}, ...children) {
  return build(document.createElementNS(SVG, tag), props, children);
}

function build(node, props, children) {
  for (const [key, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === 'on') {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (key === 'style') {
      for (const [name, words] of Object.entries(value)) node.style.setProperty(name, words);
    } else if (key === 'value' && 'value' in node && node.tagName !== 'OPTION') {
      node.value = value;
    } else {
      node.setAttribute(key, value === true ? '' : String(value));
    }
  }
  add(node, children);
  return node;
}

function add(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
}

/** Put children in place of all that a node holds. */
export function fill(node, ...children) {
  const fresh = document.createDocumentFragment();
  add(fresh, children);
  node.replaceChildren(fresh);
  return node;
}

let last = 0;
/** An id that is unique on the page. */
export const newId = (word) => `${word}-${++last}`;
