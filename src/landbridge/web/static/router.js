// The address of the page holds the whole state of a view, so that a link or a reload restores it.

export const VIEWS = ['map', 'what-if', 'routes', 'futures', 'depends', 'gains', 'appraisal', 'record', 'validity'];
/** What all views share and carry along from one to the next. */
export const SHARED = ['scenario', 'year', 'commodity', 'base', 'what_if'];

let defaults = {};
const listeners = new Set();

/** Say what an address without a word means. */
export function setDefaults(values) {
  defaults = values;
}

/** The view and its parameters as the address has them. */
export function readState() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const params = Object.fromEntries(new URLSearchParams(query));
  const view = VIEWS.includes(path) ? path : 'map';
  return { view, params: { ...defaults, ...params } };
}

/** The address of a view. Parameters that are empty are left out. */
export function hashOf(view, params) {
  const pairs = Object.entries(params).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const first = (key) => (SHARED.includes(key) ? SHARED.indexOf(key) : SHARED.length);
  pairs.sort(([a], [b]) => first(a) - first(b) || a.localeCompare(b));
  const query = new URLSearchParams(pairs).toString();
  return `#/${view}${query ? `?${query}` : ''}`;
}

/** The address of another view that keeps what all views share. */
export function linkTo(view, extra = {}) {
  const { params } = readState();
  const shared = Object.fromEntries(SHARED.map((key) => [key, params[key]]));
  return hashOf(view, { ...shared, ...extra });
}

/** Change the address; views hear of it. `replace` leaves no step behind for the Back button. */
export function go(patch, { view, replace = false, silent = false } = {}) {
  const now = readState();
  const next = hashOf(view || now.view, { ...now.params, ...patch });
  if (next === location.hash) return;
  if (replace || silent) {
    history.replaceState(null, '', next);
    if (!silent) tell();
  } else {
    location.hash = next;
  }
}

function tell() {
  const state = readState();
  for (const listener of listeners) listener(state);
}

/** Call `listener(state)` now and at every change of the address. */
export function follow(listener) {
  listeners.add(listener);
  if (listeners.size === 1) window.addEventListener('hashchange', tell);
  listener(readState());
}

/** What of the parameters makes a query of the server. */
export function queryOf(params, ...more) {
  const keys = ['scenario', 'year', 'what_if', ...more];
  return Object.fromEntries(keys.filter((key) => params[key]).map((key) => [key, params[key]]));
}
