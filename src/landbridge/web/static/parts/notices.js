// What a view says while it waits, when something failed, and when there is nothing to show.
import { el, fill } from '../dom.js';
import { capital } from '../format.js';
import { t } from '../strings.js';

let live = null;

/** The region whose text a screen reader speaks. */
export function liveRegion() {
  live = el('div', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  return live;
}

/** Say something aloud. */
export function say(text) {
  if (live) live.textContent = text;
}

export const loading = (words = t('loading')) =>
  el('div', { class: 'notice waiting' }, el('span', { class: 'spinner', 'aria-hidden': 'true' }), el('p', {}, words));

export const empty = (title, words, ...actions) =>
  el('div', { class: 'notice empty' }, el('h2', {}, title), words && el('p', {}, words), el('div', { class: 'actions' }, actions));

/** A failure: what, where, how to mend it, another try, and further buttons. */
export function failure(fault, retry, ...more) {
  const rows = [
    [t('error.where'), fault.where],
    [t('error.mend'), capital(fault.mend)],
  ].filter(([, words]) => words);
  return el(
    'div',
    { class: 'notice failed', role: 'alert' },
    el('h2', {}, fault.code ? `${t('error.title')} ${fault.code}` : t('error.title')),
    el('p', {}, capital(fault.what || fault.message || String(fault))),
    rows.length > 0 && el('dl', {}, rows.map(([term, words]) => [el('dt', {}, term), el('dd', {}, words)])),
    el('div', { class: 'actions' }, retry && el('button', { type: 'button', class: 'button', on: { click: retry } }, t('error.retry')), more),
  );
}

/** Fill `box` with what `make` promises, saying so while it takes time and if it fails.
 *
 * Answers that come after a later call for the same box are dropped.
 */
export async function await_(box, make, { words, done } = {}) {
  const turn = {};
  box.turn = turn;
  box.setAttribute('aria-busy', 'true');
  const timer = setTimeout(() => box.turn === turn && fill(box, loading(words)), box.childElementCount ? 250 : 0);
  try {
    const made = await make();
    if (box.turn !== turn) return null;
    clearTimeout(timer);
    fill(box, made);
    if (done) say(done);
    return made;
  } catch (fault) {
    if (box.turn !== turn) return null;
    clearTimeout(timer);
    console.info(fault);
    fill(box, failure(fault, () => await_(box, make, { words, done })));
    say(t('live.failed'));
    return null;
  } finally {
    if (box.turn === turn) box.removeAttribute('aria-busy');
  }
}
