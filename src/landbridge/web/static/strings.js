// All words of the page stand in strings.LANGUAGE.json; this finds them.

let words = {};
let language = 'en';

/** Load the words of a language. */
export async function loadStrings(name = 'en') {
  const answer = await fetch(`/static/strings.${name}.json`);
  words = await answer.json();
  language = name;
  document.documentElement.lang = name;
}

/** The words of a key, with {names} replaced. A missing key shows itself. */
export function t(key, values = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** The words of a key if there are any, else the fallback (for ids that a study may add to). */
export const tOr = (key, fallback) => words[key] ?? fallback;

/** One of the keys for none, one and many by number. */
export function tn(key, n, values = {}) {
  const form = n === 0 && words[`${key}.none`] ? 'none' : n === 1 ? 'one' : 'many';
  return t(`${key}.${form}`, { n, ...values });
}

export const lang = () => language;
