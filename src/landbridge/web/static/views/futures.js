// Futures: a year, the odds of each gate in it, fans of what may come, and the map of what is expected and how surely.
import { get } from '../api.js';
import { el, fill } from '../dom.js';
import { compact, number, percent, tonnes, unitWords } from '../format.js';
import { colours, theMap } from '../map/index.js';
import { flowRows, makeLegend, networkRows } from '../map/legend.js';
import { makeScene } from '../map/scene.js';
import { chart, fan, FAN, keyOf, oddsBar } from '../parts/charts.js';
import { exportRow, handOut, tableExports } from '../parts/exports.js';
import { heading, panel, segments } from '../parts/headings.js';
import { jobRow, listJobs, onJobs, startJob } from '../parts/jobs.js';
import { await_, empty, failure, loading } from '../parts/notices.js';
import { chartExports } from '../parts/picture.js';
import { table } from '../parts/table.js';
import { go, linkTo, queryOf } from '../router.js';
import { t, tOr } from '../strings.js';
import { getNetwork, theStudy } from '../study.js';
import { describeHit, FLOWS, modeHues, openBounds, widthSegments } from './onmap.js';

const RUNS = [64, 256, 1000];

export function create() {
  const map = theMap();
  const element = el('div', { class: 'page' });
  const [head, runBox, body] = [el('div'), el('div'), el('div', { class: 'stack' })];
  const mapBox = el('div', { class: 'map-box tall' });
  element.append(head, runBox, body);
  fill(head, heading(t('futures.title'), t('futures.words')));
  fill(body, loading(t('futures.loading.odds')));
  let told = null;
  let network = null;
  let params = null;
  let attached = null;
  let drawn = false;
  let stop = null;

  const handlers = {
    describe: (hit) =>
      network &&
      describeHit(hit, { network }, (one) => {
        const pair = one.kind === 'link' && run().flows[flowYear()][one.id];
        return pair ? [t('futures.link', { mean: tonnes(pair[0]), sd: tonnes(pair[1] ?? 0) })] : [];
      }),
    redraw: () => drawMap(),
    home: () => network && map.fit(openBounds(network, null)),
  };

  /** Years with odds; those of the fans and flows are fewer. */
  const years = () => Object.keys(told.odds.gates[0]?.odds ?? {}).map(Number).sort((a, b) => a - b);
  const nearest = (list, wanted) => list.reduce((best, one) => (Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best), list[0]);
  /** The year looked at: named, or the first of the study's years that is yet to come. */
  const year = () => nearest(years(), Number(params.fy || (Number(params.year) >= years()[0] ? params.year : (theStudy().years.find((one) => one > years()[0]) ?? params.year))));
  const run = () => told.found;
  const flowYear = () => String(nearest(Object.keys(run().flows).map(Number), year()));

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
    if (!told || !run() || !run().flows || !network) return;
    const c = colours();
    const at = flowYear();
    const pairs = Object.entries(run().flows[at]);
    const spread = params.map === 'spread';
    const values = new Map(pairs.map(([id, [mean, sd]]) => [id, (spread ? sd : mean) ?? 0]));
    const colourOf = spread ? () => c.spread : undefined;
    const scene = makeScene({ network, colours: c, show: FLOWS, values, colourOf, widths: Number(params.widths || 1) });
    const hues = spread ? [[c.spread, t('futures.spread')]] : modeHues(c);
    const rows = flowRows({ scene, ink: c.ink, head: t(spread ? 'futures.legend.spread' : 'futures.legend.mean', { year: at }), hues });
    map.show(scene, makeLegend([...rows, ...networkRows({ scene, colours: c, show: FLOWS })]));
  }

  function drawYear() {
    const now = year();
    const rows = told.odds.gates.map((gate) => ({ ...gate, p: gate.odds[now] ?? null, low: gate.interval?.[now]?.[0], high: gate.interval?.[now]?.[1] }));
    const range = (row) => (typeof row.low === 'number' && row.high - row.low > 0.005 ? t('futures.interval', { low: percent(row.low), high: percent(row.high) }) : '');
    fill(
      odds,
      table({
        caption: t('futures.odds', { year: now }),
        columns: [
          { key: 'title', title: t('futures.gate'), kind: 'text', show: (value, row) => el('a', { href: linkTo('record', { gate: row.id }) }, value) },
          { key: 'p', title: t('futures.p'), kind: 'number', show: (value) => el('span', { class: 'row end' }, oddsBar(value ?? 0), percent(value)) },
          { key: 'low', title: t('futures.range'), kind: 'number', hint: t('futures.range.hint'), show: (_, row) => range(row) },
        ],
        // What is least decided comes first.
        rows: rows.sort((a, b) => Math.abs(a.p - 0.5) - Math.abs(b.p - 0.5)),
        most: 30,
        note: t('futures.odds.note', { n: told.odds.n }),
      }),
    );
    if (run()) {
      fill(
        fans,
        run()
          .fans.filter((one) => one.p50.some((value) => value !== null))
          .slice(0, 9)
          .map((one) => chart(`${one.title || one.indicator}, ${unitWords(one.unit)}`, fan(one, { label: t('futures.fan', { title: one.title || one.indicator }), show: compact, mark: now }))),
      );
    }
    drawMap();
  }

  /** What the map of futures shows, in words. */
  const mapWords = () => `${t(params.map === 'spread' ? 'futures.spread' : 'futures.mean')} · ${flowYear()} · ${t('futures.n', { n: run().n })}`;
  const odds = el('div');
  const fans = el('div', { class: 'fans' });

  /** What the odds rest on, beside them. */
  function assumptions() {
    const made = told.odds.assumptions;
    const causes = made.causes || [];
    const slip = made.slip;
    const title = (id) => told.odds.gates.find((gate) => gate.id === id)?.title ?? id;
    const points = [
      t('futures.priors', { assumed: made.assumed_priors, all: made.priors }),
      slip && t('futures.slip', { low: number(slip.low, 2), high: number(slip.high, 2) }),
      (made.held || []).length > 0 && t('futures.held', { n: made.held.length, names: made.held.map(title).join('; ') }),
      ...(made.uncertain || []).map((one) => t('futures.uncertain', { title: one.title, p: percent(one.met_probability), reason: one.reason })),
    ].filter(Boolean);
    return el(
      'div',
      { class: 'stack' },
      panel(t('futures.assumptions'), el('p', {}, told.odds.caveat), el('ul', { class: 'dots' }, points.map((words) => el('li', {}, words)))),
      causes.length > 0 &&
        table({
          caption: t('futures.causes'),
          columns: [
            { key: 'title', title: t('futures.cause'), kind: 'text' },
            { key: 'loading', title: t('futures.loading'), kind: 'text', show: (value) => (Array.isArray(value) ? value.map((one) => number(one, 2)).join(' … ') : number(value, 2)) },
            { key: 'basis', title: t('pick.basis'), kind: 'text', show: (value) => tOr(`basis.${value}`, value) },
            { key: 'gates', title: t('futures.shared'), kind: 'text', show: (value) => el('details', {}, el('summary', {}, t('futures.gates', { n: value.length })), value.map(title).join('; ')) },
          ],
          rows: causes,
          most: 12,
        }),
    );
  }

  function drawAll() {
    const list = years();
    const slider = el('input', {
      id: 'futures-year',
      type: 'range',
      min: 0,
      max: list.length - 1,
      step: 1,
      value: list.indexOf(year()),
      'aria-valuetext': String(year()),
      on: {
        input() {
          const next = list[Number(slider.value)];
          slider.setAttribute('aria-valuetext', String(next));
          output.textContent = next;
          go({ fy: String(next) }, { replace: true });
        },
      },
    });
    const output = el('output', { for: 'futures-year' }, year());
    const found = run();
    fill(
      body,
      panel(found ? t('futures.looked', { n: found.n }) : t('futures.odds.only'), el('div', { class: 'slider' }, el('label', { for: 'futures-year' }, t('futures.year')), slider, output)),
      el('div', { class: 'two' }, odds, assumptions()),
      found
        ? panel(t('futures.fans'), keyOf([[FAN.wide, t('futures.band.wide')], [FAN.narrow, t('futures.band.narrow')], ['#10283f', t('futures.band.middle')]]), fans)
        : empty(t('futures.empty.title'), t('futures.empty.words')),
      found &&
        found.flows &&
        panel(
          t('futures.map'),
          el(
            'div',
            { class: 'row' },
            segments(t('map.shown'), 'futures-map', [['mean', t('futures.mean')], ['spread', t('futures.spread')]], params.map === 'spread' ? 'spread' : 'mean', (value) => go({ map: value }, { replace: true })),
            widthSegments('futures-widths', params),
          ),
          el('p', { class: 'note' }, t('futures.map.words')),
          mapBox,
        ),
      panel(
        t('export.title'),
        exportRow(tableExports('odds'), t('export.odds')),
        found && exportRow(tableExports('fans'), t('export.fans')),
        found && found.flows && exportRow(tableExports('expected', { year: flowYear() }, ['csv', 'parquet', 'gpkg']), t('export.expected')),
        found && found.flows && exportRow([{ words: t('export.png'), run: async () => handOut(await map.png(t('futures.map'), mapWords()), 'landbridge-futures.png') }], t('export.map')),
        found && chartExports(fans, t('futures.fans'), t('futures.fans.words', { n: found.n }), 'landbridge-fans'),
      ),
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
    told = found;
    drawAll();
    drawn = true;
    drawYear();
    if (run() && run().flows) {
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
