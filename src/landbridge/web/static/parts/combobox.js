// A field that suggests: typed or picked, with the keyboard as the ARIA pattern for comboboxes has it.
import { el, fill, newId } from '../dom.js';
import { t } from '../strings.js';

const MOST = 12;
const fold = (text) => String(text).normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** A field over `options` ({id, name, hint}); `onPick(id)` is called with the id that was chosen.
 *
 * Returns {element, set(id)}.
 */
export function combobox({ label, options, value = '', onPick, placeholder = '', hideLabel = false }) {
  const id = newId('pick');
  const listId = `${id}-list`;
  const known = new Map(options.map((one) => [one.id, one]));
  const search = options.map((one) => [fold(`${one.name} ${one.id} ${one.hint || ''}`), one]);
  let shown = [];
  let at = -1;

  const field = el('input', {
    id,
    type: 'text',
    role: 'combobox',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder,
    'aria-expanded': 'false',
    'aria-controls': listId,
    'aria-autocomplete': 'list',
    value: known.get(value)?.name ?? '',
  });
  const list = el('ul', { id: listId, role: 'listbox', 'aria-label': label, hidden: true });
  const element = el(
    'div',
    { class: 'combobox' },
    el('label', { for: id, class: hideLabel ? 'unseen' : null }, label),
    field,
    list,
  );

  function open() {
    const words = fold(field.value).trim();
    const hits = search.filter(([text]) => text.includes(words));
    hits.sort(([a], [b]) => b.startsWith(words) - a.startsWith(words));
    shown = hits.slice(0, MOST).map(([, one]) => one);
    at = Math.min(at, shown.length - 1);
    fill(
      list,
      shown.map((one, i) =>
        el(
          'li',
          {
            id: `${listId}-${i}`,
            role: 'option',
            'aria-selected': String(i === at),
            on: { mousedown: (event) => (event.preventDefault(), choose(one)) },
          },
          el('span', {}, one.name),
          one.hint && el('small', {}, one.hint),
        ),
      ),
      shown.length === 0 && el('li', { class: 'nothing', role: 'option', 'aria-selected': 'false', 'aria-disabled': 'true' }, t('pick.nothing')),
    );
    list.hidden = false;
    field.setAttribute('aria-expanded', 'true');
    if (at >= 0) field.setAttribute('aria-activedescendant', `${listId}-${at}`);
    else field.removeAttribute('aria-activedescendant');
  }

  function close() {
    list.hidden = true;
    at = -1;
    field.setAttribute('aria-expanded', 'false');
    field.removeAttribute('aria-activedescendant');
  }

  function choose(one) {
    field.value = one.name;
    value = one.id;
    close();
    onPick(one.id);
  }

  field.addEventListener('input', () => ((at = 0), open()));
  field.addEventListener('focus', () => field.select());
  field.addEventListener('click', open);
  field.addEventListener('blur', () => {
    close();
    field.value = known.get(value)?.name ?? '';
  });
  field.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      at = list.hidden ? 0 : (at + (event.key === 'ArrowDown' ? 1 : -1) + shown.length) % Math.max(1, shown.length);
      open();
    } else if (event.key === 'Enter' && !list.hidden && shown[at]) {
      event.preventDefault();
      choose(shown[at]);
    } else if (event.key === 'Escape') {
      close();
    }
  });

  return {
    element,
    field,
    set(next) {
      value = next;
      field.value = known.get(next)?.name ?? '';
    },
  };
}
