// Map: the network by mode and status, flows as widths, the difference of two scenarios, delays.
import { get, address } from '../api.js';
import { el, fill } from '../dom.js';
import { percent, tonnes } from '../format.js';
import { theMap } from '../map/index.js';
import { combobox } from '../parts/combobox.js';
import { exportRow, handOut, tableExports } from '../parts/exports.js';
import { check, panel, stateWords } from '../parts/headings.js';
import { await_, loading, say } from '../parts/notices.js';
import { fileButton } from '../parts/waiting.js';
import { go, queryOf } from '../router.js';
import { t } from '../strings.js';
import { corridorTitle, getNetwork, linkName, theStudy } from '../study.js';
import { cameraOf, describeHit, drawFlows, fitTo, pick, pickOf, rememberCamera, shownSegments, widthSegments } from './onmap.js';
import { describePick } from './pick.js';

const LAYERS = ['flows', 'open', 'planned', 'shut', 'places', 'delays'];
const OFF = 'off';

/** Which layers an address shows: all but those it names. */
const shownOf = (params) => {
  const hidden = new Set((params[OFF] ?? 'delays').split(' '));
  return Object.fromEntries(LAYERS.map((name) => [name, !hidden.has(name)]));
};

export function create() {
  const map = theMap();
  const mapBox = el('div', { class: 'map-box' });
  const side = el('aside', { class: 'side', 'aria-label': t('map.side') });
  const [controls, totals, details, exportsBox] = [el('div'), el('div'), el('div', { 'aria-live': 'polite' }), el('div')];
  side.append(controls, details, totals, exportsBox);
  const element = el('div', { class: 'split' }, el('h1', { class: 'unseen' }, t('nav.map')), mapBox, side);
  let now = null;
  let attached = null;

  const isDifference = (params) => Boolean(params.base && params.base !== params.scenario && params.show !== 'flows');

  const handlers = {
    describe: (hit) => describeHit(hit, now),
    pick,
    move: rememberCamera,
    redraw: () => now && draw(now.params),
    home: () => now && fitTo(map, now, 70),
  };

  const draw = (params) => drawFlows(map, now, { widths: params.widths, show: shownOf(params) });

  function drawControls(params) {
    const show = shownOf(params);
    const toggle = (name) => (on) => {
      const next = LAYERS.filter((one) => (one === name ? !on : !show[one]));
      go({ [OFF]: next.join(' ') || 'none' }, { replace: true });
    };
    const options = [
      ...now.network.links.map((link) => ({ id: `link:${link.id}`, name: linkName(link), hint: t('kind.link') })),
      ...now.network.places.map((place) => ({ id: `place:${place.id}`, name: place.fullName, hint: t(`kind.${place.kind}`) })),
    ];
    const focused = side.contains(document.activeElement) && document.activeElement.name;
    fill(
      controls,
      panel(
        t('map.show'),
        params.base && params.base !== params.scenario
          ? shownSegments('shown', isDifference(params) ? 'difference' : 'flows')
          : null,
        el('div', { class: 'checks' }, LAYERS.map((name) => check(t(`layer.${name}`), show[name], toggle(name)))),
        widthSegments('widths', params),
        combobox({ label: t('map.find'), options, placeholder: t('map.find.hint'), onPick: (id) => go({ pick: id }, { replace: true }) }).element,
      ),
    );
    if (focused) side.querySelector(`[name="${focused}"]:checked`)?.focus();
  }

  function drawTotals(params) {
    const told = now.difference || now.flows;
    const sign = Boolean(now.difference);
    const corridors = Object.entries(told.corridors || {})
      .filter(([, amount]) => Math.abs(amount) > 500)
      .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
    fill(
      totals,
      panel(
        sign ? t('map.turned') : t('map.moves'),
        el('p', { class: 'quiet' }, stateWords(params)),
        el(
          'dl',
          { class: 'figures' },
          el('div', {}, el('dt', {}, t('totals.served')), el('dd', {}, tonnes(told.totals.served_t_year, sign))),
          el('div', {}, el('dt', {}, t('totals.unserved')), el('dd', {}, tonnes(told.totals.unserved_t_year, sign))),
        ),
        corridors.length > 0 && el('h3', {}, t('totals.corridors')),
        corridors.length > 0 &&
          el('ul', { class: 'amounts' }, corridors.slice(0, 8).map(([id, amount]) => el('li', {}, el('span', {}, corridorTitle(id)), el('b', {}, tonnes(amount, sign))))),
        el('p', { class: 'note' }, t('totals.residual', { n: percent(told.residual, 2) })),
        theStudy().notes.length > 0 &&
          el('details', {}, el('summary', {}, t('totals.notes')), el('ul', { class: 'dots' }, theStudy().notes.map((words) => el('li', {}, words)))),
      ),
    );
  }

  function drawExports(params) {
    const query = { ...queryOf(params, 'commodity'), ...(now.difference ? { base: params.base } : {}) };
    const title = now.difference ? t('map.title.difference') : t('map.title.flows');
    fill(
      exportsBox,
      panel(
        t('export.title'),
        exportRow(
          [
            { words: t('export.png'), run: async () => handOut(await map.png(title, stateWords(params, { base: Boolean(now.difference) })), 'landbridge-map.png') },
            { words: t('export.svg'), href: address('/api/export/map.svg', query), name: 'landbridge-map.svg' },
          ],
          t('export.map'),
        ),
        exportRow(tableExports('flows', query, ['csv', 'parquet', 'gpkg']), t('export.flows')),
        exportRow(tableExports('network', queryOf(params), ['csv', 'parquet', 'gpkg']), t('export.network')),
        params.what_if ? null : exportRow([fileButton(t('export.brief'), '/api/brief.html', { ...queryOf(params), base: params.base }, 'landbridge-brief.html')], t('export.report')),
      ),
    );
  }

  function drawDetails(params) {
    const hit = pickOf(params);
    map.pick(hit);
    fill(details, hit ? describePick(hit, now, { close: () => go({ pick: '' }, { replace: true }) }) : panel(t('pick.title'), el('p', { class: 'quiet' }, t('pick.hint'))));
  }

  async function update(params) {
    const query = queryOf(params);
    const wanted = JSON.stringify([query, params.commodity, params.base, isDifference(params)]);
    attached ||= map.attach(mapBox, handlers, cameraOf(params));
    if (now && now.wanted === wanted) {
      now.params = params;
      draw(params);
      drawControls(params);
      drawDetails(params);
      return;
    }
    const first = !now;
    const turns = now && Boolean(now.difference) !== isDifference(params);
    if (first) fill(controls, loading(t('loading.flows')));
    map.element.setAttribute('aria-busy', 'true');
    const box = el('div');
    const waiting = setTimeout(() => map.say(t('loading.flows')), 400);
    const made = await await_(box, async () => {
      const [network, flows, difference] = await Promise.all([
        getNetwork(query),
        get('/api/flows', { ...query, commodity: params.commodity }),
        isDifference(params) ? get('/api/difference', { ...query, base: params.base, commodity: params.commodity }) : null,
        attached,
      ]);
      const next = { network, flows, difference, params, wanted };
      return Object.assign(el('span'), { next });
    });
    clearTimeout(waiting);
    map.say('');
    map.element.removeAttribute('aria-busy');
    if (!made) {
      if (box.querySelector('.failed')) fill(controls, box);
      return;
    }
    now = made.next;
    if (turns || (first && !cameraOf(params))) fitTo(map, now, 70);
    draw(params);
    drawControls(params);
    drawTotals(params);
    drawDetails(params);
    drawExports(params);
    say(t('live.map', { words: stateWords(params) }));
  }

  return { element, update };
}
