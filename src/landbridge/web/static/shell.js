// The frame around all views: the bar with what is looked at, the rail with the views, and the room for one.
import { el, fill, svg } from './dom.js';
import { await_, liveRegion } from './parts/notices.js';
import { jobTray } from './parts/jobs.js';
import { follow, go, hashOf, linkTo, readState, setDefaults, VIEWS } from './router.js';
import { t } from './strings.js';
import { isDark, onTheme, toggleTheme } from './theme.js';

const ICONS = {
  map: 'M3 6l6-3 6 3 6-3v15l-6 3-6-3-6 3zM9 3v15M15 6v15',
  'what-if': 'M4 12h6M14 6h6M14 18h6M10 12l4-6M10 12l4 6',
  routes: 'M5 19a2 2 0 1 0 0-4a2 2 0 1 0 0 4M19 9a2 2 0 1 0 0-4a2 2 0 1 0 0 4M7 17h7a4 4 0 0 0 0-8h-3',
  futures: 'M3 20h18M3 16c5 0 6-6 18-11M3 16c6 0 9-1 18-2',
  depends: 'M12 8a3 3 0 1 0 0-6a3 3 0 1 0 0 6M5 21a3 3 0 1 0 0-6a3 3 0 1 0 0 6M19 21a3 3 0 1 0 0-6a3 3 0 1 0 0 6M10.500 7.500L6.500 15M13.500 7.500l4 7.500',
  gains: 'M4 20V10M10 20V4M16 20v-7M22 20H2',
  appraisal: 'M12 3v18M5 7h14M5 7l-3 7h6zM19 7l-3 7h6z',
  record: 'M6 3h9l4 4v14H6zM9 10h7M9 14h7M9 18h4',
  validity: 'M4 20L20 4M7 15h.01M11 14h.01M12 9h.01M16 11h.01M17 6h.01',
};

const LOADERS = {
  map: () => import('./views/map.js'),
  'what-if': () => import('./views/what-if.js'),
  routes: () => import('./views/routes.js'),
  futures: () => import('./views/futures.js'),
  depends: () => import('./views/depends.js'),
  gains: () => import('./views/gains.js'),
  appraisal: () => import('./views/appraisal.js'),
  record: () => import('./views/record.js'),
  validity: () => import('./views/validity.js'),
};

const icon = (view) =>
  svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true', class: 'icon' }, svg('path', { d: ICONS[view] }));

function choice(key, label, options) {
  const field = el(
    'select',
    { id: `bar-${key}`, on: { change: () => go({ [key]: field.value, ...(key === 'scenario' || key === 'year' ? { what_if: '' } : {}) }) } },
    options.map(([value, words]) => el('option', { value }, words)),
  );
  return { field, element: el('div', { class: 'choice' }, el('label', { for: `bar-${key}` }, label), field) };
}

/** Build the frame for a study inside `app` and follow the address. */
export function buildShell(app, study) {
  setDefaults({ scenario: study.default.scenario, year: String(study.default.year) });
  const scenarios = study.scenarios.map((one) => [one.id, one.title]);
  const choices = {
    scenario: choice('scenario', t('bar.scenario'), scenarios),
    year: choice('year', t('bar.year'), study.years.map((year) => [String(year), String(year)])),
    commodity: choice('commodity', t('bar.commodity'), [['', t('commodity.all')], ...study.commodities.map((one) => [one.id, one.title])]),
    base: choice('base', t('bar.base'), [['', t('bar.base.none')], ...scenarios]),
  };
  const theme = el('button', { type: 'button', class: 'bar-button', on: { click: toggleTheme } });
  const nameTheme = () => fill(theme, isDark() ? t('theme.light') : t('theme.dark'));
  onTheme(nameTheme);
  nameTheme();

  const links = Object.fromEntries(
    VIEWS.map((view) => [view, el('a', { href: '#' }, icon(view), el('span', {}, t(`nav.${view}`)))]),
  );
  const main = el('main', { id: 'main', tabindex: '-1' });
  const skip = el('a', { class: 'skip', href: '#main', on: { click: (event) => (event.preventDefault(), main.focus()) } }, t('skip'));
  fill(
    app,
    skip,
    el(
      'header',
      { class: 'bar' },
      el('div', { class: 'brand' }, el('strong', {}, 'Landbridge'), el('span', { title: study.title }, study.title)),
      el('form', { class: 'choices', 'aria-label': t('bar.label'), on: { submit: (event) => event.preventDefault() } }, Object.values(choices).map((one) => one.element)),
      jobTray(),
      theme,
    ),
    el('nav', { class: 'rail', 'aria-label': t('nav.label') }, VIEWS.map((view) => links[view])),
    main,
    liveRegion(),
  );

  let current = null;
  let turn = 0;

  async function show(state) {
    const mine = ++turn;
    const { view, params } = state;
    const full = hashOf(view, params);
    if (full !== location.hash) history.replaceState(null, '', full);
    for (const [key, { field }] of Object.entries(choices)) field.value = params[key] ?? '';
    for (const name of VIEWS) {
      links[name].href = linkTo(name);
      if (name === view) links[name].setAttribute('aria-current', 'page');
      else links[name].removeAttribute('aria-current');
    }
    document.title = `${t(`nav.${view}`)} – Landbridge`;
    if (current && current.name === view) {
      current.view.update(params);
      return;
    }
    if (current && current.view.leave) current.view.leave();
    current = null;
    const box = el('div', { class: `view view-${view}` });
    fill(main, box);
    await await_(box, async () => {
      const module = await LOADERS[view]();
      if (mine !== turn && readState().view !== view) return null;
      const made = module.create(readState().params);
      current = { name: view, view: made };
      return made.element;
    });
    if (current && current.name === view) current.view.update(readState().params);
  }

  follow(show);
}
