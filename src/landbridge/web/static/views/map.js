// Map: the network by mode and status, flows as widths, the difference of two scenarios, delays.
import { get, address } from '../api.js';
import { el, fill } from '../dom.js';
import { percent, tonnes } from '../format.js';
import { colours, theMap } from '../map/index.js';
import { flowRows, makeLegend, networkRows } from '../map/legend.js';
import { boundsOf, CUT, makeScene } from '../map/scene.js';
import { combobox } from '../parts/combobox.js';
import { exportRow, handOut, tableExports } from '../parts/exports.js';
import { check, panel, segments, stateWords } from '../parts/headings.js';
import { await_, loading, say } from '../parts/notices.js';
import { fileButton } from '../parts/waiting.js';
import { go, queryOf } from '../router.js';
import { t } from '../strings.js';
import { corridorTitle, getNetwork, linkLines, linkName, placeLines, theStudy } from '../study.js';
import { describePick } from './pick.js';

const LAYERS = ['flows', 'open', 'planned', 'shut', 'places', 'delays'];
const OFF = 'off';

/** Which layers an address shows: all but those it names. */
const shownOf = (params) => {
  const hidden = new Set((params[OFF] ?? 'delays').split(' '));
  return Object.fromEntries(LAYERS.map((name) => [name, !hidden.has(name)]));
};

/** Where the map opens: on the middle of what moves ashore. */
export function openBounds(network, flows) {
  const at = network.placeById;
  const ends = network.links
    .filter((link) => (link.mode === 'rail' || link.mode === 'road') && flows && flows.links[link.id])
    .flatMap((link) => [at.get(link.from), at.get(link.to)])
    .filter(Boolean);
  const points = (ends.length > 3 ? ends : network.places).map((place) => [place.lon, place.lat]);
  return boundsOf(points, 0.76);
}

/** Where a difference is greatest; null where next to nothing changes. */
export function changedBounds(network, difference) {
  const links = network.links.filter((link) => !link.ocean && difference.links[link.id]);
  const most = Math.max(0, ...links.map((link) => Math.abs(difference.links[link.id])));
  const points = links.filter((link) => Math.abs(difference.links[link.id]) >= 0.15 * most).flatMap((link) => link.coords);
  return most >= 100 && points.length > 1 ? boundsOf(points) : null;
}

export const cameraOf = (params) => {
  const [lon, lat, zoom] = (params.at || '').split('_').map(Number);
  return Number.isFinite(zoom) ? { lon, lat, zoom } : null;
};

export const rememberCamera = ({ lon, lat, zoom }) =>
  go({ at: [lon.toFixed(3), lat.toFixed(3), zoom.toFixed(2)].join('_') }, { silent: true });

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
    describe(hit) {
      if (!now) return null;
      if (hit.kind === 'link') {
        const link = now.network.byId.get(hit.id);
        return link && linkLines(link, now.flows.links[hit.id], now.difference && (now.difference.links[hit.id] ?? 0));
      }
      const place = now.network.placeById.get(hit.id);
      return place && placeLines(place);
    },
    pick: (hit) => go({ pick: hit ? `${hit.kind}:${hit.id}` : '' }, { replace: true }),
    move: rememberCamera,
    redraw: () => now && draw(now.params),
    home: () => now && home(),
  };

  function home() {
    const bounds = now.difference && changedBounds(now.network, now.difference);
    if (bounds) map.fit(bounds, 70);
    else map.fit(openBounds(now.network, now.flows));
  }

  function draw(params) {
    const show = shownOf(params);
    const c = colours();
    const widths = Number(params.widths || 1);
    const options = { network: now.network, colours: c, widths, show };
    let scene;
    let rows = [];
    if (now.difference) {
      const values = new Map(Object.entries(now.difference.links));
      scene = makeScene({ ...options, values, cut: CUT, colourOf: (_, amount) => (amount >= 0 ? c.more : c.less) });
      if (show.flows) {
        rows = flowRows({ scene, ink: c.ink, head: t('legend.change'), nothing: t('legend.unchanged'), hues: [[c.more, t('legend.more')], [c.less, t('legend.less')]] });
      }
    } else {
      const values = new Map(Object.entries(now.flows.links).map(([id, [there, back]]) => [id, there + back]));
      scene = makeScene({ ...options, values });
      if (show.flows) {
        rows = flowRows({ scene, ink: c.ink, head: t('legend.flow'), hues: [[c.rail, t('mode.rail')], [c.road, t('mode.road')], [c.ship, t('mode.ship')]] });
      }
    }
    map.show(scene, makeLegend([...rows, ...networkRows({ scene, colours: c, show })]));
  }

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
          ? segments(t('map.shown'), 'shown', [['difference', t('map.difference')], ['flows', t('map.flows')]], isDifference(params) ? 'difference' : 'flows', (key) => go({ show: key }, { replace: true }))
          : null,
        el('div', { class: 'checks' }, LAYERS.map((name) => check(t(`layer.${name}`), show[name], toggle(name)))),
        segments(t('map.widths'), 'widths', [['1', '×1'], ['3', '×3'], ['10', '×10']], params.widths || '1', (key) => go({ widths: key }, { replace: true })),
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
    if (turns || (first && !cameraOf(params))) home();
    draw(params);
    drawControls(params);
    drawTotals(params);
    drawDetails(params);
    drawExports(params);
    say(t('live.map', { words: stateWords(params) }));
  }

  return { element, update };
}

/** What the address has picked: {kind, id}. */
export function pickOf(params) {
  const [kind, ...rest] = (params.pick || '').split(':');
  return rest.length ? { kind, id: rest.join(':') } : null;
}
