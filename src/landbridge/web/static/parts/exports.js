// Buttons that hand out what is shown.
import { address } from '../api.js';
import { el } from '../dom.js';
import { t } from '../strings.js';

/** A row of downloads: [{words, href}], [{words, run}] or buttons. */
export function exportRow(items, title = t('export.title')) {
  return el(
    'div',
    { class: 'exports', role: 'group', 'aria-label': title },
    el('span', { class: 'quiet' }, title),
    items.map((item) => {
      if (item instanceof Node) return item;
      const { words, href, run, name } = item;
      return href
        ? el('a', { class: 'button small', href, download: name || '' }, words)
        : el('button', { type: 'button', class: 'button small', on: { click: run } }, words);
    }),
  );
}

/** Downloads of one table of the server in its formats. */
export const tableExports = (name, query, formats = ['csv', 'parquet']) =>
  formats.map((format) => ({ words: t(`export.${format}`), href: address(`/api/export/${name}.${format}`, query) }));

/** Hand a file made on the page to the person. */
export function handOut(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = el('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Rows as a CSV file; cells that hold a comma, quote or line end are quoted, and none begins a formula. */
export function csvOf(keys, rows) {
  const cell = (value) => {
    if (typeof value === 'number') return String(value);
    const text = String(value ?? '');
    const safe = /^[=+@-]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = [keys.join(','), ...rows.map((row) => keys.map((key) => cell(row[key])).join(','))];
  return new Blob([`${lines.join('\r\n')}\r\n`], { type: 'text/csv' });
}
