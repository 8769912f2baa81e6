// Who gains: surplus of shippers by zone and class, receipts of states, carbon, between two scenarios.
import { get } from '../api.js';
import { el, fill } from '../dom.js';
import { dollars, quantity, tonnes } from '../format.js';
import { bars, chart } from '../parts/charts.js';
import { exportRow, tableExports } from '../parts/exports.js';
import { heading, stateWords } from '../parts/headings.js';
import { await_, empty } from '../parts/notices.js';
import { table } from '../parts/table.js';
import { go, queryOf } from '../router.js';
import { t, tOr } from '../strings.js';
import { commodityTitle, scenarioTitle, stateName, theStudy, zoneName } from '../study.js';

function together(rows, key) {
  const sums = new Map();
  for (const row of rows) sums.set(row[key], (sums.get(row[key]) || 0) + row.usd_year);
  return [...sums].map(([id, usd_year]) => ({ id, usd_year })).sort((a, b) => Math.abs(b.usd_year) - Math.abs(a.usd_year));
}

const money = (rows, name) => rows.map((row) => ({ name: name(row.id), value: row.usd_year / 1e6, words: dollars(row.usd_year, true), colour: 'var(--good)' }));

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
        const zones = together(told.zones, 'zone');
        const classes = together(told.zones.filter((row) => row.class), 'class');
        const receipts = told.receipts.map((row) => ({ id: row.state, usd_year: row.usd_year })).sort((a, b) => Math.abs(b.usd_year) - Math.abs(a.usd_year));
        return el(
          'div',
          { class: 'stack' },
          el('p', { class: 'quiet' }, stateWords(params)),
          el('dl', { class: 'figures wide' }, (told.totals || []).map((one) => el('div', {}, el('dt', {}, one.title || tOr(`quantity.${one.quantity}`, one.quantity)), el('dd', {}, quantity(one.value, one.unit, true))))),
          el(
            'div',
            { class: 'two' },
            el('div', { class: 'panel' }, chart(t('gains.zones'), bars(money(zones.slice(0, 14), zoneName), { label: t('gains.zones') }))),
            el('div', { class: 'panel' }, chart(t('gains.receipts'), bars(money(receipts.slice(0, 14), stateName), { label: t('gains.receipts') }))),
          ),
          classes.length > 1 && el('div', { class: 'panel' }, chart(t('gains.classes'), bars(money(classes, commodityTitle), { label: t('gains.classes') }))),
          table({
            caption: t('gains.table'),
            columns: [
              { key: 'name', title: t('gains.zone'), kind: 'text' },
              { key: 'cargo', title: t('bar.commodity'), kind: 'text' },
              { key: 'usd_year', title: t('gains.surplus'), kind: 'number', show: (value) => dollars(value, true) },
            ],
            rows: told.zones.map((row) => ({ ...row, name: zoneName(row.zone), cargo: commodityTitle(row.class) })),
            sort: '-usd_year',
            most: 15,
          }),
          table({
            caption: t('gains.table.receipts'),
            columns: [
              { key: 'name', title: t('kind.state'), kind: 'text' },
              { key: 'usd_year', title: t('gains.receipts.col'), kind: 'number', show: (value) => dollars(value, true) },
            ],
            rows: told.receipts.map((row) => ({ ...row, name: stateName(row.state) })),
            sort: '-usd_year',
            most: 15,
          }),
          told.co2_t_year !== undefined && told.co2_t_year !== null && typeof told.co2_t_year !== 'object' && el('p', {}, t('gains.co2', { amount: tonnes(told.co2_t_year, true) })),
          [told.notes].flat().filter(Boolean).map((words) => el('p', { class: 'note' }, words)),
          exportRow(tableExports('gains', query)),
        );
      },
      { words: t('gains.loading'), done: t('live.done') },
    );
  }

  return { element, update };
}
