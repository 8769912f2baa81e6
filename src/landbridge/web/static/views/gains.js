// Who gains: surplus of shippers by zone and class, receipts of states, carbon, between two scenarios.
import { get } from '../api.js';
import { el, fill } from '../dom.js';
import { capital, dollars, tonnes } from '../format.js';
import { bars, chart } from '../parts/charts.js';
import { exportRow, tableExports } from '../parts/exports.js';
import { heading, stateWords } from '../parts/headings.js';
import { await_, empty } from '../parts/notices.js';
import { chartExports } from '../parts/picture.js';
import { table } from '../parts/table.js';
import { go, queryOf } from '../router.js';
import { t, tOr } from '../strings.js';
import { commodityTitle, scenarioTitle, theStudy } from '../study.js';

/** Sums over zones by cargo. */
function byClass(surplus) {
  const sums = new Map();
  for (const row of surplus) for (const [id, amount] of Object.entries(row.classes)) sums.set(id, (sums.get(id) || 0) + amount);
  return [...sums].map(([id, usd_year]) => ({ name: commodityTitle(id), usd_year }));
}

const gravest = (rows) => [...rows].sort((a, b) => Math.abs(b.usd_year) - Math.abs(a.usd_year));
const money = (rows) => gravest(rows).slice(0, 14).map((row) => ({ name: row.name, value: row.usd_year / 1e6, words: dollars(row.usd_year, true), colour: 'var(--good)' }));

export function create() {
  const body = el('div', { class: 'stack' });
  const element = el('div', { class: 'page' }, heading(t('gains.title'), t('gains.words')), body);

  function update(params) {
    if (!params.base || params.base === params.scenario) {
      const others = theStudy().scenarios.filter((one) => one.id !== params.scenario);
      fill(body, empty(t('gains.empty.title'), t('gains.empty.words', { scenario: scenarioTitle(params.scenario) }), others.map((one) => el('button', { type: 'button', class: 'button small', on: { click: () => go({ base: one.id }) } }, one.title))));
      return;
    }
    const query = { ...queryOf(params), base: params.base };
    await_(
      body,
      async () => {
        const told = await get('/api/gains', query);
        const receipts = told.receipts.map((row) => ({ ...row, name: row.name || t('gains.ships') }));
        const classes = byClass(told.surplus);
        const co2 = told.co2_t_year.after - told.co2_t_year.before;
        const totals = [
          [t('gains.world'), dollars(told.world_usd_year, true)],
          ...Object.entries(told.roles).map(([role, amount]) => [capital(tOr(`role.${role}`, role)), dollars(amount, true)]),
          [t('quantity.co2'), tonnes(co2, true)],
        ];
        return el(
          'div',
          { class: 'stack' },
          el('p', { class: 'quiet' }, stateWords(params)),
          el('dl', { class: 'figures wide' }, totals.map(([term, words]) => el('div', {}, el('dt', {}, term), el('dd', {}, words)))),
          el(
            'div',
            { class: 'two' },
            el('div', { class: 'panel' }, chart(t('gains.zones'), bars(money(told.surplus), { label: t('gains.zones') }))),
            el('div', { class: 'panel' }, chart(t('gains.receipts'), bars(money(receipts), { label: t('gains.receipts') }))),
          ),
          classes.length > 1 && el('div', { class: 'panel' }, chart(t('gains.classes'), bars(money(classes), { label: t('gains.classes') }))),
          table({
            caption: t('gains.table'),
            columns: [
              { key: 'name', title: t('gains.zone'), kind: 'text' },
              { key: 'cargo', title: t('bar.commodity'), kind: 'text' },
              { key: 'usd_year', title: t('gains.surplus'), kind: 'number', show: (value) => dollars(value, true) },
            ],
            rows: told.surplus.flatMap((row) => Object.entries(row.classes).map(([id, usd_year]) => ({ name: row.name, cargo: commodityTitle(id), usd_year }))),
            sort: '-usd_year',
            most: 15,
          }),
          table({
            caption: t('gains.table.receipts'),
            columns: [
              { key: 'name', title: t('kind.state'), kind: 'text' },
              { key: 'usd_year', title: t('gains.receipts.col'), kind: 'number', show: (value) => dollars(value, true) },
              { key: 'transit_usd_year', title: t('gains.transit'), kind: 'number', show: (value) => dollars(value, true) },
            ],
            rows: receipts,
            sort: '-usd_year',
            most: 15,
          }),
          exportRow(tableExports('gains', query), t('export.table')),
          chartExports(body, t('gains.title'), stateWords(params), 'landbridge-gains'),
        );
      },
      { words: t('gains.loading'), done: t('live.done') },
    );
  }

  return { element, update };
}
