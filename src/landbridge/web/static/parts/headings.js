// How a view begins, and the state it speaks of in words.
import { el } from '../dom.js';
import { commodityTitle, scenarioTitle } from '../study.js';
import { t } from '../strings.js';

export const heading = (title, words) => el('div', { class: 'view-head' }, el('h1', {}, title), words && el('p', {}, words));

/** "As documented on 2 July 2026, 2024, all cargo", and what it is compared with. */
export function stateWords(params, { base = true } = {}) {
  const parts = [scenarioTitle(params.scenario), params.year, commodityTitle(params.commodity)];
  if (params.what_if) parts.push(t('state.what_if'));
  const words = parts.join(' · ');
  return base && params.base ? t('state.compared', { words, base: scenarioTitle(params.base) }) : words;
}

/** A panel beside a map. */
export const panel = (title, ...inside) => el('section', { class: 'panel' }, el('h2', {}, title), inside);

/** A switch between a few choices: radio buttons that look like one bar. A `quiet` label is heard, not seen. */
export function segments(label, name, options, value, onPick, { quiet = false } = {}) {
  return el(
    'fieldset',
    { class: 'segments' },
    el('legend', { class: quiet ? 'unseen' : null }, label),
    options.map(([key, words]) =>
      el(
        'label',
        {},
        el('input', { type: 'radio', name, value: key, checked: key === value, on: { change: () => onPick(key) } }),
        el('span', {}, words),
      ),
    ),
  );
}

export const check = (words, checked, onChange) =>
  el('label', { class: 'check' }, el('input', { type: 'checkbox', checked, on: { change: (event) => onChange(event.target.checked) } }), el('span', {}, words));
