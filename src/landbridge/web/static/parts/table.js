// Tables that sort by any column, with the keyboard as well.
import { el, fill } from '../dom.js';
import { t } from '../strings.js';

const number = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/** A table.
 *
 * `columns` are {key, title, kind: "text" | "number", show(value, row), hint}; `show` gives text or elements.
 * `rows` are plain objects. `pick(row)` makes the first cell a button. `most` rows are shown before a button
 * offers the rest. `sort` is a key, with "-" before it for descending; "" keeps the given order.
 */
export function table({ caption, columns, rows, sort = '', pick = null, most = 40, mark = null, note = '' }) {
  const state = { key: sort.replace(/^-/, ''), down: sort.startsWith('-'), all: rows.length <= most };
  const head = el('tr');
  const body = el('tbody');
  const more = el('div', { class: 'more' });

  function ordered() {
    if (!state.key) return rows;
    const column = columns.find((one) => one.key === state.key);
    const turn = state.down ? -1 : 1;
    return [...rows].sort((a, b) => {
      const [x, y] = [a[state.key], b[state.key]];
      if (column && column.kind === 'number') {
        const [p, q] = [number(x), number(y)];
        if (p === null || q === null) return (p === null) - (q === null);
        return turn * (p - q);
      }
      return turn * String(x ?? '').localeCompare(String(y ?? ''));
    });
  }

  function sortBy(column) {
    if (state.key === column.key) state.down = !state.down;
    else Object.assign(state, { key: column.key, down: column.kind === 'number' });
    draw();
  }

  function heading(column) {
    const here = state.key === column.key;
    const order = here ? (state.down ? 'descending' : 'ascending') : 'none';
    return el(
      'th',
      { scope: 'col', class: column.kind, 'aria-sort': order },
      el(
        'button',
        { type: 'button', title: column.hint, on: { click: () => sortBy(column) } },
        column.title,
        el('span', { class: 'order', 'aria-hidden': 'true' }, here ? (state.down ? ' ▾' : ' ▴') : ''),
      ),
    );
  }

  function cell(column, row, first) {
    const shown = column.show ? column.show(row[column.key], row) : (row[column.key] ?? t('none'));
    const inside =
      first && pick ? el('button', { type: 'button', class: 'pick', on: { click: () => pick(row) } }, shown) : shown;
    return first
      ? el('th', { scope: 'row', class: column.kind }, inside)
      : el('td', { class: column.kind }, inside);
  }

  function draw() {
    const focused = [...head.children].findIndex((one) => one.contains(document.activeElement));
    fill(head, columns.map(heading));
    if (focused >= 0) head.children[focused].querySelector('button').focus();
    const list = ordered();
    const shown = state.all ? list : list.slice(0, most);
    fill(
      body,
      shown.map((row) =>
        el('tr', { class: mark ? mark(row) : null }, columns.map((column, i) => cell(column, row, i === 0))),
      ),
    );
    fill(
      more,
      !state.all &&
        el(
          'button',
          { type: 'button', class: 'button small', on: { click: () => ((state.all = true), draw()) } },
          t('table.more', { n: rows.length - most }),
        ),
    );
  }

  draw();
  return el(
    'div',
    { class: 'table-box' },
    el(
      'div',
      { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': caption },
      el('table', {}, el('caption', {}, caption), el('thead', {}, head), body),
    ),
    more,
    note && el('p', { class: 'note' }, note),
  );
}
