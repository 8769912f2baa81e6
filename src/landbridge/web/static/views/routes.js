// Routes: the ways between two places with share, time, cost by part, states, CO2; and why not another way.
import { get } from '../api.js';
import { el, fill } from '../dom.js';
import { days, number, percent, tonnes } from '../format.js';
import { colours, theMap } from '../map/index.js';
import { makeLegend } from '../map/legend.js';
import { boundsOf, makeScene } from '../map/scene.js';
import { keyOf, partColour, stackedBar } from '../parts/charts.js';
import { combobox } from '../parts/combobox.js';
import { exportRow, tableExports } from '../parts/exports.js';
import { panel } from '../parts/headings.js';
import { await_, empty, failure, loading, say } from '../parts/notices.js';
import { go, linkTo, queryOf } from '../router.js';
import { t, tOr } from '../strings.js';
import { commodityTitle, corridorTitle, getNetwork, listPlaces, nodeName, scenarioTitle, stateName, theStudy, zoneName } from '../study.js';
import { cameraOf, describeHit, FLOWS, rememberCamera } from './onmap.js';

/** Ways that the legend names; the cards name all. */
const MOST_ROWS = 5;
const shutIds = (one) => (one.missing || []).map((gate) => gate.gate ?? gate.id ?? gate);
const gateTitle = (one, id) => (one.missing || []).find((gate) => (gate.gate ?? gate.id ?? gate) === id)?.title ?? id;

export function create() {
  const map = theMap();
  const mapBox = el('div', { class: 'map-box' });
  const [form, box] = [el('div'), el('div', { class: 'route-box' })];
  const side = el('aside', { class: 'side wide', 'aria-label': t('routes.side') }, form, box);
  const element = el('div', { class: 'split wide-side' }, el('h1', { class: 'unseen' }, t('nav.routes')), mapBox, side);
  let now = null;
  let attached = null;
  let network = null;
  let networkFor = '';
  let fitted = '';
  let picked = 0;
  let fields = null;
  let next = 'from';

  const handlers = {
    describe: (hit) => network && describeHit(hit, { network }, (one) => (one.kind === 'place' ? [t(`routes.click.${next}`)] : [])),
    pick(hit) {
      if (!hit || hit.kind !== 'place') return;
      const slot = next;
      next = next === 'from' ? 'to' : 'from';
      go({ [slot]: hit.id, way: '' });
    },
    move: rememberCamera,
    redraw: () => now && draw(now.params),
    home: () => fit(),
  };

  function buildForm(params) {
    const options = listPlaces();
    const from = combobox({ label: t('routes.from'), options, value: params.from, placeholder: t('routes.place.hint'), onPick: (id) => go({ from: id, way: '' }) });
    const to = combobox({ label: t('routes.to'), options, value: params.to, placeholder: t('routes.place.hint'), onPick: (id) => go({ to: id, way: '' }) });
    fields = { from, to };
    fill(
      form,
      panel(
        t('routes.title'),
        from.element,
        to.element,
        el('div', { class: 'actions' }, el('button', { type: 'button', class: 'button small', on: { click: () => go({ from: readTo(), to: readFrom(), way: '' }) } }, t('routes.swap'))),
        el('p', { class: 'note' }, t('routes.words')),
      ),
    );
  }
  const readFrom = () => now?.params.from ?? '';
  const readTo = () => now?.params.to ?? '';

  /** Ways with their colours: the same way has the same colour in both scenarios. */
  function paint(told, base) {
    const hues = colours().ways;
    const known = new Map();
    const list = (one) =>
      (one ? one.alternatives : []).map((way) => {
        const key = (way.links || []).join(' ') || `${way.modes}`;
        if (!known.has(key)) known.set(key, hues[known.size % hues.length]);
        return { ...way, colour: known.get(key) };
      });
    return [list(told), list(base)];
  }

  /** Ways as lines side by side: those of the scenario drawn through, those that it is compared with dashed. */
  function draw() {
    const c = colours();
    const scene = makeScene({ network, colours: { ...c }, show: FLOWS, values: null });
    const both = paint(now.told, now.base);
    const widest = Math.max(0.01, ...both.flat().map((way) => way.share));
    const wide = (way) => Math.max(1.6, (9 * way.share) / widest);
    const used = new Map();
    const lines = [];
    both.forEach((shown, second) =>
      shown.forEach((way, i) => {
        for (const id of way.links || []) {
          const link = network.byId.get(id);
          if (!link) continue;
          if (!used.has(id)) used.set(id, []);
          const width = wide(way) * (second ? 0.6 : 1);
          const line = { id, coords: link.from <= link.to ? link.coords : [...link.coords].reverse(), colour: way.colour, width, dash: second ? 'dash' : 'solid', casing: true, order: 2000 - 100 * second - i + (i === picked && !second ? 500 : 0) };
          used.get(id).push(line);
          lines.push(line);
        }
      }),
    );
    for (const beside of used.values()) {
      let at = -beside.reduce((sum, line) => sum + line.width + 1, -1) / 2;
      for (const line of beside) {
        line.offset = at + line.width / 2;
        at += line.width + 1;
      }
    }
    const quiet = scene.lines.map((line) => ({ ...line, colour: line.dash === 'dot' ? c.ocean : c.open, width: Math.min(line.width, 0.9) }));
    const named = new Set([...both.flat().flatMap((way) => way.legs || []).flatMap((leg) => [leg.from, leg.to]), now.params.from, now.params.to]);
    const places = scene.places.map((place) => ({ ...place, zoom: named.has(place.id) ? 0 : Math.max(place.zoom, 4.5), rank: named.has(place.id) ? place.rank - 1000 : place.rank }));
    const all = { ...scene, lines: [...quiet, ...lines].sort((a, b) => a.order - b.order), places };
    const rowsOf = (second) => [...both[second].slice(0, MOST_ROWS).map(rowOf(second)), ...restOf(both[second])];
    const restOf = (list) => (list.length > MOST_ROWS ? [{ kind: 'words', words: t('routes.legend.more', { n: list.length - MOST_ROWS, share: percent(list[MOST_ROWS].share) }) }] : []);
    const rowOf = (second) => (way, i) => ({ kind: 'line', colour: way.colour, width: wide(way) * (second ? 0.6 : 1), dash: second ? 'dash' : undefined, words: t('routes.way', { n: i + 1, share: percent(way.share) }) });
    const rows = [
      { kind: 'words', head: true, words: t('routes.legend') },
      now.base && { kind: 'words', words: scenarioTitle(now.params.scenario) },
      ...rowsOf(0),
      now.base && { kind: 'words', words: t('routes.legend.base', { base: scenarioTitle(now.params.base) }) },
      ...rowsOf(1),
      { kind: 'line', colour: c.open, width: 0.9, words: t('routes.legend.network') },
    ].filter(Boolean);
    map.show(all, makeLegend(rows));
  }

  function fit() {
    if (!now) return;
    const points = paint(now.told, now.base).flat().flatMap((way) => (way.links || []).flatMap((id) => network.byId.get(id)?.coords ?? []));
    const ends = [now.params.from, now.params.to].map((id) => network.placeById.get(id) ?? theStudy().zones.find((zone) => zone.id === id)).filter(Boolean);
    const list = points.length ? points : ends.map((one) => [one.lon, one.lat]);
    if (list.length) map.fit(boundsOf(list), 60, { beside: true });
  }

  function card(way, i, most) {
    const parts = (way.parts || []).filter((one) => one.usd_t > 0);
    const cost = parts.reduce((sum, one) => sum + one.usd_t, 0);
    return el(
      'li',
      { class: 'card', style: { 'border-left-color': way.colour }, 'aria-current': i === picked ? 'true' : null },
      el('h3', {}, t('routes.way', { n: i + 1, share: percent(way.share) }), (way.corridors || []).length ? el('span', { class: 'quiet' }, ` · ${way.corridors.map(corridorTitle).join(', ')}`) : ''),
      el(
        'dl',
        { class: 'figures' },
        [
          [t('routes.amount'), tonnes(way.t_year)],
          [t('routes.time'), days(way.days)],
          [t('routes.late'), days(way.days_p95)],
          [t('routes.cost'), t('routes.usd_t', { n: number(way.usd_t) })],
          [t('routes.co2'), t('routes.kg_t', { n: number(way.co2_kg_t) })],
        ].map(([term, words]) => el('div', {}, el('dt', {}, term), el('dd', {}, words))),
      ),
      stackedBar(parts.map((one) => [partColour(one.part), one.usd_t, `${tOr(`part.${one.part}`, one.part)}: ${t('routes.usd_t', { n: number(one.usd_t) })}`]), most, t('routes.bar', { n: number(cost), parts: parts.map((one) => `${tOr(`part.${one.part}`, one.part)} ${number(one.usd_t)}`).join(', ') })),
      el('p', { class: 'note' }, [...new Set(way.states || [])].length ? t('routes.states', { names: (way.states || []).map(stateName).join(' › ') }) : ''),
      el(
        'details',
        { on: { toggle: (event) => event.target.open && ((picked = i), draw()) } },
        el('summary', {}, t('routes.legs')),
        el('ol', { class: 'legs' }, (way.legs || []).map((leg) => el('li', {}, t('routes.leg', { mode: tOr(`mode.${leg.mode}`, leg.mode), from: leg.from_name ?? nodeName(leg.from), to: leg.to_name ?? nodeName(leg.to) }), ' ', el('span', { class: 'quiet' }, t('routes.leg.cost', { h: number(leg.h), usd: number(leg.usd_t) }))))),
      ),
    );
  }

  /** Why no cargo goes through a place that the reader names. */
  function askVia(query) {
    const answer = el('div', { 'aria-live': 'polite' });
    const ask = (via) =>
      await_(answer, async () => {
        const told = await get('/api/why-not', { ...query, via });
        const gates = told.shut || [];
        return el(
          'div',
          { class: 'claim' },
          el('p', {}, el('strong', {}, t(`routes.via.${told.verdict === 'taken' ? 'taken' : told.verdict === 'shut' ? 'shut' : 'dear'}`, { via: zoneName(via), share: percent(told.share ?? 0) }))),
          typeof told.extra_cost_usd_per_t === 'number' && el('p', { class: 'note' }, t(told.extra_cost_usd_per_t > 0 ? 'routes.extra' : 'routes.cheaper', { n: number(Math.abs(told.extra_cost_usd_per_t)) })),
          gates.length > 0 && el('ul', { class: 'plain' }, gates.map((one) => el('li', {}, one.gate ? el('a', { href: linkTo('record', { gate: one.gate }) }, one.title) : one.title, el('span', { class: 'quiet' }, ` ${one.state ?? ''}`)))),
        );
      });
    return [combobox({ label: t('routes.via'), options: listPlaces(), placeholder: t('routes.via.hint'), onPick: ask }).element, answer];
  }

  function notTaken(told, query) {
    const list = told.not_taken || [];
    return panel(
      t('routes.why'),
      askVia(query),
      list.length > 0 && el('p', { class: 'quiet' }, t('routes.why.words')),
      el(
        'ul',
        { class: 'plain' },
        list.map((one) =>
          el(
            'li',
            { class: 'claim' },
            el('div', { class: 'row' }, el('span', { class: `tag ${one.why === 'shut' ? 'shut' : 'partial'}` }, t(`routes.why.${one.why === 'shut' ? 'shut' : 'dear'}`)), el('span', {}, one.words)),
            one.extra_usd_t > 0.5 ? el('p', { class: 'note' }, t('routes.extra', { n: number(one.extra_usd_t) })) : one.extra_usd_t < -0.5 ? el('p', { class: 'note' }, t('routes.cheaper', { n: number(-one.extra_usd_t) })) : null,
            shutIds(one).length > 0 && el('p', {}, t('routes.opens'), ' ', shutIds(one).map((id, i) => [i > 0 && ', ', el('a', { href: linkTo('record', { gate: id }) }, gateTitle(one, id))])),
          ),
        ),
      ),
    );
  }

  function column(told, list, title, most, id) {
    const unserved = told.unserved && told.unserved.t_year > 0.5;
    return el(
      'section',
      { class: 'route-column', 'aria-labelledby': id },
      el('h2', { id }, title),
      unserved && el('p', { class: 'caveat' }, t('routes.unserved', { amount: tonnes(told.unserved.t_year), cause: tOr(`cause.${told.unserved.cause}`, told.unserved.cause || '') })),
      list.length
        ? el('ul', { class: 'cards plain' }, list.map((way, i) => card(way, i, most)))
        : el('p', {}, t('routes.none')),
    );
  }

  function results() {
    const both = [now.told, now.base].filter(Boolean);
    const [list, baseList] = paint(now.told, now.base);
    const cost = (way) => (way.parts || []).reduce((sum, one) => sum + Math.max(0, one.usd_t), 0);
    const most = Math.max(...both.flatMap((told) => told.alternatives.map(cost)), 1);
    const parts = [...new Set(both.flatMap((told) => told.alternatives.flatMap((way) => (way.parts || []).filter((one) => one.usd_t > 0).map((one) => one.part))))];
    const { params } = now;
    const query = { ...queryOf(params), from: params.from, to: params.to, commodity: params.commodity || theStudy().default_commodity };
    return [
      panel(
        t('routes.between', { from: zoneName(params.from), to: zoneName(params.to) }),
        el('p', { class: 'quiet' }, t('routes.for', { cargo: commodityTitle(query.commodity), year: params.year })),
        !params.commodity && el('p', { class: 'note' }, t('routes.class', { cargo: commodityTitle(query.commodity) })),
        el('div', { class: now.base ? 'side-by-side' : null }, column(now.told, list, scenarioTitle(params.scenario), most, 'routes-now'), now.base && column(now.base, baseList, scenarioTitle(params.base), most, 'routes-base')),
        el('p', { class: 'note' }, t('routes.bars')),
        keyOf(parts.map((part) => [partColour(part), tOr(`part.${part}`, part)])),
        exportRow(tableExports('routes', query), t('export.title')),
      ),
      notTaken(now.told, query),
    ];
  }

  async function update(params) {
    attached ||= map.attach(mapBox, handlers, cameraOf(params));
    if (!fields) buildForm(params);
    fields.from.set(params.from);
    fields.to.set(params.to);
    next = params.from && !params.to ? 'to' : 'from';
    const query = queryOf(params);
    const key = JSON.stringify([query, params.from, params.to, params.commodity, params.base]);
    if (now && now.key === key) return;
    const mine = {};
    element.mine = mine;
    try {
      if (networkFor !== JSON.stringify(query)) {
        if (!network) fill(box, loading(t('loading.flows')));
        [network] = await Promise.all([getNetwork(query), attached]);
        networkFor = JSON.stringify(query);
      }
      if (element.mine !== mine) return;
      if (!params.from || !params.to) {
        now = { params, told: { alternatives: [] }, key };
        draw();
        if (fitted === '') map.fit(boundsOf(network.places.map((place) => [place.lon, place.lat]), 0.8));
        fitted = 'all';
        fill(box, empty(t('routes.empty.title'), t('routes.empty.words'), theStudy().zones.length > 1 && el('button', { type: 'button', class: 'button', on: { click: () => go(example()) } }, t('routes.example'))));
        return;
      }
      const ask = { ...query, from: params.from, to: params.to, commodity: params.commodity || theStudy().default_commodity };
      fill(box, loading(t('routes.loading')));
      const compares = params.base && params.base !== params.scenario;
      const [told, base] = await Promise.all([get('/api/routes', ask), compares ? get('/api/routes', { ...ask, scenario: params.base, what_if: '' }) : null]);
      if (element.mine !== mine) return;
      now = { params, told, base, key };
      draw();
      if (fitted !== `${params.from}|${params.to}` && !(fitted === '' && cameraOf(params))) fit();
      fitted = `${params.from}|${params.to}`;
      fill(box, results());
      say(t('live.routes', { n: told.alternatives.length }));
    } catch (fault) {
      if (element.mine !== mine) return;
      now = null;
      fill(box, failure(fault, () => update(params)));
      say(t('live.failed'));
    }
  }

  /** Two zones to begin with: the first and the last of the study. */
  function example() {
    const { zones } = theStudy();
    return { from: zones[0].id, to: zones.at(-1).id };
  }

  return { element, update };
}

