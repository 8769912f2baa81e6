// Appraisal: what projects are worth, over which assumptions, and who gains by them.
import { get } from '../api.js';
import { el, fill } from '../dom.js';
import { dollars, number, percent } from '../format.js';
import { bars, chart } from '../parts/charts.js';
import { exportRow, tableExports } from '../parts/exports.js';
import { check, heading, panel } from '../parts/headings.js';
import { jobRow, listJobs, onJobs, startJob } from '../parts/jobs.js';
import { await_, empty } from '../parts/notices.js';
import { chartExports } from '../parts/picture.js';
import { table } from '../parts/table.js';
import { go } from '../router.js';
import { t, tOr } from '../strings.js';
import { projectTitle, scenarioTitle, stateName, theStudy, zoneName } from '../study.js';

const BUSY = ['waiting', 'running'];
const million = (value, sign = true) => dollars(value * 1e6, sign);
const partyName = (id) => {
  if (id === 'ships' || id === 'climate') return t(`party.${id}`);
  const zone = zoneName(id);
  return zone === id ? stateName(id) : zone;
};

export function create() {
  const [form, work, body] = [el('div'), el('div', { 'aria-live': 'polite' }), el('div', { class: 'stack' })];
  const element = el('div', { class: 'page' }, heading(t('appraisal.title'), t('appraisal.words')), form, work, body);
  let params = null;
  let chosen = new Set();
  let asked = '';
  let stop = null;

  function drawForm() {
    const { projects } = theStudy();
    if (!projects || projects.length === 0) {
      fill(form, empty(t('appraisal.none.title'), t('appraisal.none.words')));
      return;
    }
    const answer = el('div', { 'aria-live': 'polite' });
    const start = () =>
      await_(answer, async () => {
        const id = await startJob('appraisal', { projects: [...chosen], scenario: params.scenario });
        go({ job: id }, { replace: true });
        return '';
      });
    fill(
      form,
      panel(
        t('appraisal.choose'),
        el('div', { class: 'checks wide' }, projects.map((one) => check(one.title, chosen.has(one.id), (on) => (on ? chosen.add(one.id) : chosen.delete(one.id))))),
        el('p', { class: 'note' }, t('appraisal.choose.words', { scenario: scenarioTitle(params.scenario) })),
        el('div', { class: 'actions' }, el('button', { type: 'button', class: 'button main', on: { click: start } }, t('appraisal.start'))),
        answer,
      ),
    );
  }

  const currentJob = () => {
    const jobs = listJobs().filter((job) => job.kind === 'appraisal');
    return jobs.find((job) => job.id === params.job) ?? jobs.at(-1);
  };

  function drawWork() {
    const job = currentJob();
    fill(work, job && job.state !== 'done' && panel(t('appraisal.work'), el('ul', { class: 'jobs' }, jobRow(job))));
    if (!job) {
      fill(body, empty(t('appraisal.empty.title'), t('appraisal.empty.words')));
    } else if (job.state === 'done' && asked !== job.id) {
      asked = job.id;
      await_(body, async () => {
        const full = job.result ? job : await get(`/api/jobs/${encodeURIComponent(job.id)}`, {}, { fresh: true });
        return [report(full.result), takeAway(job.id, full.result)];
      });
    } else if (BUSY.includes(job.state) && asked !== job.id) {
      fill(body);
    }
  }

  function gainers(who) {
    const rows = who.slice(0, 12).map((row) => ({ name: row.party === 'climate' ? t('party.climate') : `${partyName(row.party)}, ${tOr(`role.${row.role}`, row.role)}`, value: row.gain_musd_year, words: million(row.gain_musd_year), colour: 'var(--good)' }));
    return el('div', { class: 'panel' }, chart(t('appraisal.who'), rows.length ? bars(rows, { label: t('appraisal.who') }) : el('p', {}, t('appraisal.who.none'))));
  }

  function project(one) {
    const middle = one.values[Math.floor(one.values.length / 2)];
    return el(
      'section',
      { class: 'stack', 'data-project': one.project },
      el('h2', {}, one.title),
      el(
        'dl',
        { class: 'figures wide' },
        [
          [t('appraisal.npv', { rate: percent(middle.rate) }), million(middle.npv_musd)],
          [t('appraisal.range'), one.npv_range_musd ? t('appraisal.range.of', { low: million(Math.min(...one.npv_range_musd.flat())), high: million(Math.max(...one.npv_range_musd.flat())) }) : t('none')],
          [t('appraisal.bcr'), number(middle.bcr, 2)],
          [t('appraisal.irr'), one.irr === null || one.irr === undefined ? t('appraisal.irr.none') : percent(one.irr, 1)],
          [t('appraisal.capital'), `${million(one.capital_musd[0], false)} … ${million(one.capital_musd.at(-1), false)}`],
        ].map(([term, words]) => el('div', {}, el('dt', {}, term), el('dd', {}, words))),
      ),
      el(
        'div',
        { class: 'two' },
        el(
          'div',
          { class: 'panel' },
          chart(
            t('appraisal.swings'),
            bars(
              one.swings.filter((swing) => Math.abs(swing.high_npv_musd - swing.low_npv_musd) >= 0.5).map((swing) => ({
                name: swing.title,
                value: middle.npv_musd,
                low: Math.min(swing.low_npv_musd, swing.high_npv_musd),
                high: Math.max(swing.low_npv_musd, swing.high_npv_musd),
                words: `${million(swing.low_npv_musd)} … ${million(swing.high_npv_musd)}`,
              })),
              { label: t('appraisal.swings') },
            ),
            el('p', { class: 'note' }, t('appraisal.swings.words')),
          ),
        ),
        gainers(one.who),
      ),
      one.note && el('p', { class: 'note' }, `${one.note} (${(one.source || []).join(', ')})`),
    );
  }

  function report(told) {
    if (!told || !told.projects) return empty(t('appraisal.empty.title'), t('appraisal.empty.words'));
    const rows = told.projects.map((one) => {
      const middle = one.values[Math.floor(one.values.length / 2)];
      return { ...one, npv: middle.npv_musd, bcr: middle.bcr, rate: middle.rate, capital: one.capital_musd[1] ?? one.capital_musd[0], opens_year: one.opens[1] };
    });
    return el(
      'div',
      { class: 'stack' },
      el('p', { class: 'quiet' }, t('appraisal.of', { scenario: scenarioTitle(told.scenario), year: told.price_year })),
      table({
        caption: t('appraisal.table'),
        columns: [
          { key: 'title', title: t('appraisal.project'), kind: 'text' },
          { key: 'npv', title: t('appraisal.npv', { rate: percent(rows[0].rate) }), kind: 'number', show: (value) => million(value) },
          { key: 'bcr', title: t('appraisal.bcr'), kind: 'number', show: (value) => number(value, 2) },
          { key: 'irr', title: t('appraisal.irr'), kind: 'number', show: (value) => (value === null || value === undefined ? t('none') : percent(value, 1)) },
          { key: 'capital', title: t('appraisal.capital'), kind: 'number', show: (value) => million(value, false) },
          { key: 'opens_year', title: t('appraisal.opens'), kind: 'number' },
        ],
        rows,
        sort: '-npv',
        note: told.method,
      }),
      told.combination &&
        table({
          caption: t('appraisal.together'),
          columns: [
            { key: 'title', title: t('appraisal.project'), kind: 'text' },
            { key: 'alone_musd', title: t('appraisal.alone'), kind: 'number', show: (value) => million(value) },
            { key: 'last_musd', title: t('appraisal.last'), kind: 'number', show: (value) => million(value) },
            { key: 'shapley_npv_musd', title: t('appraisal.share'), kind: 'number', show: (value) => million(value) },
          ],
          rows: told.combination.shares.map((row) => ({ ...row, title: projectTitle(row.project) })),
        }),
      told.combination && gainers(told.combination.who),
      told.projects.map(project),
    );
  }

  const takeAway = (job, told) =>
    told &&
    told.projects && [
      exportRow(tableExports('appraisal', { job }), t('export.projects')),
      exportRow(tableExports('swings', { job }), t('export.swings')),
      exportRow(tableExports('parties', { job }), t('export.parties')),
      chartExports(body, t('appraisal.title'), t('appraisal.of', { scenario: scenarioTitle(told.scenario), year: told.price_year }), 'landbridge-appraisal'),
    ];

  function update(next) {
    params = next;
    stop ||= onJobs(drawWork);
    drawForm();
    drawWork();
  }

  return { element, update, leave: () => stop && stop() };
}
