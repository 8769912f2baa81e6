// Futures: a year, the odds of each gate in it, fans of what may come, and the map of what is expected and how surely.
import { get } from '../api.js';
import { el, fill } from '../dom.js';
import { percent, quantity, tonnes, unitWords } from '../format.js';
import { colours, theMap } from '../map/index.js';
import { flowRows, makeLegend, networkRows } from '../map/legend.js';
import { makeScene } from '../map/scene.js';
import { chart, fan, FAN, keyOf, oddsBar } from '../parts/charts.js';
import { heading, panel, segments } from '../parts/headings.js';
import { jobRow, listJobs, onJobs, startJob } from '../parts/jobs.js';
import { await_, empty, failure } from '../parts/notices.js';
import { table } from '../parts/table.js';
import { go, linkTo, queryOf } from '../router.js';
import { t, tOr } from '../strings.js';
import { getNetwork, linkLines, placeLines } from '../study.js';
import { openBounds } from './map.js';

const RUNS = [64, 256, 1000];

export function create() {
  const map = theMap();
  const element = el('div', { class: 'page' });
  const [head, runBox, body] = [el('div'), el('div'), el('div', { class: 'stack' })];
  const mapBox = el('div', { class: 'map-box tall' });
  element.append(head, runBox, body);
  fill(head, heading(t('futures.title'), t('futures.words')));
  let told = null;
  let network = null;
  let params = null;
  let attached = null;
  let drawn = false;
  let stop = null;

  const handlers = {
    describe(hit) {
      if (!network) return null;
      if (hit.kind === 'link') {
        const link = network.byId.get(hit.id);
        const pair = told.flows && told.flows[year()] && told.flows[year()][hit.id];
        return link && [...linkLines(link), ...(pair ? [t('futures.link', { mean: tonnes(pair[0]), sd: tonnes(pair[1]) })] : [])];
      }
      const place = network.placeById.get(hit.id);
      return place && placeLines(place);
    },
    redraw: () => drawMap(),
    home: () => network && map.fit(openBounds(network, null)),
  };

  const year = () => {
    const wanted = Number(params.fy || params.year);
    return told.years.reduce((best, one) => (Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best), told.years[0]);
  };
  const flowYears = () => Object.keys(told.flows || {}).map(Number).sort();

  function drawRun() {
    const jobs = listJobs().filter((job) => job.kind === 'futures');
    const latest = jobs.at(-1);
    const busy = latest && ['waiting', 'running'].includes(latest.state);
    const size = el('select', { id: 'futures-n' }, RUNS.map((n) => el('option', { value: n }, t('futures.n', { n }))));
    const answer = el('div', { 'aria-live': 'polite' });
    fill(
      runBox,
      panel(
        t('futures.run'),
        busy
          ? el('ul', { class: 'jobs' }, jobRow(latest))
          : [
              latest && latest.state !== 'done' && el('ul', { class: 'jobs' }, jobRow(latest)),
              el(
                'div',
                { class: 'row' },
                el('div', { class: 'field' }, el('label', { for: 'futures-n' }, t('futures.size')), size),
                el(
                  'button',
                  {
                    type: 'button',
                    class: 'button main',
                    on: {
                      click: () =>
                        await_(answer, async () => {
                          await startJob('futures', { n: Number(size.value) });
                          return '';
                        }),
                    },
                  },
                  t('futures.start'),
                ),
              ),
              el('p', { class: 'note' }, t('futures.run.words')),
              answer,
            ],
      ),
    );
  }

  function drawMap() {
    if (!told || !told.flows || !network) return;
    const c = colours();
    const years = flowYears();
    const at = years.reduce((best, one) => (Math.abs(one - year()) < Math.abs(best - year()) ? one : best), years[0]);
    const pairs = Object.entries(told.flows[at] || {});
    const spread = params.map === 'spread';
    const values = new Map(pairs.map(([id, [mean, sd]]) => [id, spread ? sd : mean]));
    const show = { flows: true, open: true, planned: true, shut: true, places: true, delays: false };
    const colourOf = spread ? () => c.spread : undefined;
    const scene = makeScene({ network, colours: c, show, values, colourOf, widths: Number(params.widths || 1) });
    const hues = spread ? [[c.spread, t('futures.spread')]] : [[c.rail, t('mode.rail')], [c.road, t('mode.road')], [c.ship, t('mode.ship')]];
    const rows = flowRows({ scene, ink: c.ink, head: t(spread ? 'futures.legend.spread' : 'futures.legend.mean', { year: at }), hues });
    map.show(scene, makeLegend([...rows, ...networkRows({ scene, colours: c, show })]));
  }

  function drawYear() {
    const now = year();
    const rows = told.gates.map((gate) => ({ ...gate, p: gate.odds[now] ?? null }));
    fill(
      odds,
      table({
        caption: t('futures.odds', { year: now }),
        columns: [
          { key: 'title', title: t('futures.gate'), kind: 'text', show: (value, row) => el('a', { href: linkTo('record', { gate: row.id }) }, value) },
          { key: 'p', title: t('futures.p'), kind: 'number', show: (value) => el('span', { class: 'row end' }, oddsBar(value ?? 0), percent(value)) },
        ],
        rows,
        sort: '-p',
        most: 18,
      }),
    );
    fill(
      fans,
      told.fans.slice(0, 8).map((one) =>
        chart(
          `${one.title ?? tOr(`indicator.${one.indicator}`, one.indicator)}${one.unit && one.unit !== '1' ? ` (${unitWords(one.unit)})` : ''}`,
          fan(one, { label: t('futures.fan', { title: one.title ?? one.indicator }), show: (value) => quantity(value, one.unit).replace(/ t\/year$/, ''), mark: now }),
        ),
      ),
    );
    drawMap();
  }

  const odds = el('div');
  const fans = el('div', { class: 'fans' });

  function assumptions() {
    const list = told.assumptions || [];
    if (list.length && typeof list[0] === 'object') {
      const keys = Object.keys(list[0]).filter((key) => !['id', 'gate'].includes(key) || !list[0].title);
      return table({
        caption: t('futures.assumptions'),
        columns: keys.map((key) => ({ key, title: tOr(`assumption.${key}`, key.replaceAll('_', ' ')), kind: typeof list[0][key] === 'number' ? 'number' : 'text', show: (value) => (Array.isArray(value) ? value.join(', ') : (value ?? t('none'))) })),
        rows: list,
        most: 12,
        note: t('futures.assumptions.words'),
      });
    }
    return panel(t('futures.assumptions'), el('ul', { class: 'dots' }, list.map((one) => el('li', {}, one))));
  }

  function drawAll() {
    const years = told.years;
    const slider = el('input', {
      id: 'futures-year',
      type: 'range',
      min: 0,
      max: years.length - 1,
      step: 1,
      value: years.indexOf(year()),
      'aria-valuetext': String(year()),
      on: {
        input() {
          const next = years[Number(slider.value)];
          slider.setAttribute('aria-valuetext', String(next));
          output.textContent = next;
          go({ fy: String(next) }, { replace: true });
        },
      },
    });
    const output = el('output', { for: 'futures-year' }, year());
    const caveats = [told.caveat].flat().filter(Boolean);
    fill(
      body,
      caveats.length > 0 && el('div', { class: 'caveat' }, caveats.map((words) => el('p', {}, words))),
      panel(
        t('futures.looked', { n: told.n }),
        el('div', { class: 'slider' }, el('label', { for: 'futures-year' }, t('futures.year')), slider, output),
      ),
      el('div', { class: 'two' }, odds, el('div', { class: 'stack' }, panel(t('futures.fans'), keyOf([[FAN.wide, t('futures.band.wide')], [FAN.narrow, t('futures.band.narrow')], ['#10283f', t('futures.band.middle')]]), fans))),
      told.flows &&
        panel(
          t('futures.map'),
          el('div', { class: 'row' },
            segments(t('map.shown'), 'futures-map', [['mean', t('futures.mean')], ['spread', t('futures.spread')]], params.map === 'spread' ? 'spread' : 'mean', (value) => go({ map: value }, { replace: true })),
            segments(t('map.widths'), 'futures-widths', [['1', '×1'], ['3', '×3'], ['10', '×10']], params.widths || '1', (value) => go({ widths: value }, { replace: true }))),
          mapBox,
        ),
      assumptions(),
    );
  }

  async function load() {
    stop ||= onJobs((jobs, finished) => {
      drawRun();
      if (finished.some((job) => job.kind === 'futures' && job.state === 'done')) {
        told = null;
        drawn = false;
        load();
      }
    });
    drawRun();
    let found;
    try {
      found = await get('/api/futures');
    } catch (fault) {
      fill(body, failure(fault, load));
      return;
    }
    if (!found || found.run === null || !found.years || found.years.length === 0) {
      told = null;
      fill(body, empty(t('futures.empty.title'), t('futures.empty.words')));
      return;
    }
    told = found;
    drawAll();
    drawn = true;
    drawYear();
    if (told.flows) {
      attached ||= map.attach(mapBox, handlers);
      [network] = await Promise.all([getNetwork(queryOf({ scenario: params.scenario, year: params.year })), attached]);
      map.fit(openBounds(network, null));
      drawMap();
    }
  }

  function update(next) {
    params = next;
    if (told && drawn) drawYear();
    else load();
  }

  return { element, update, leave: () => stop && stop() };
}
