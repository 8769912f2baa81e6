// Who depends on whom: what share of a zone's freight crosses each state, and what it would lose without it.
import { el, fill } from '../dom.js';
import { dollars, number, percent, tonnes } from '../format.js';
import { bars, chart } from '../parts/charts.js';
import { combobox } from '../parts/combobox.js';
import { exportRow, tableExports } from '../parts/exports.js';
import { heading, stateWords } from '../parts/headings.js';
import { await_, empty } from '../parts/notices.js';
import { chartExports } from '../parts/picture.js';
import { table } from '../parts/table.js';
import { getOrWait } from '../parts/waiting.js';
import { go, queryOf } from '../router.js';
import { t } from '../strings.js';
import { nodeName, stateName, theStudy, zoneName } from '../study.js';

const rowsOf = (told) => (Array.isArray(told) ? told : Object.entries(told || {}).map(([id, row]) => ({ id, ...row })));

export function create() {
  const [head, body] = [el('div'), el('div', { class: 'stack' })];
  const element = el('div', { class: 'page' }, head, body);
  let field = null;

  const names = {
    states: stateName,
    chokepoints: (id) => theStudy().chokepoints?.find((one) => one.id === id)?.title ?? nodeName(id),
    ports: nodeName,
    crossings: nodeName,
  };

  function section(kind, told) {
    const rows = rowsOf(told)
      .map((row) => ({ ...row, name: row.title || names[kind](row.id) }))
      .filter((row) => row.share_tonnes > 0.0005 || Math.abs(row.loss_if_closed_usd_year) > 1000);
    if (rows.length === 0) return null;
    const top = [...rows].sort((a, b) => b.share_tonnes - a.share_tonnes).slice(0, 10);
    const lost = [...rows].filter((row) => row.loss_if_closed_usd_year > 0).sort((a, b) => b.loss_if_closed_usd_year - a.loss_if_closed_usd_year).slice(0, 10);
    const stranded = [...rows].filter((row) => row.unserved_if_closed_t_year >= 1).sort((a, b) => b.unserved_if_closed_t_year - a.unserved_if_closed_t_year).slice(0, 10);
    return [
      el('h2', {}, t(`depends.${kind}`)),
      el(
        'div',
        { class: 'two' },
        el('div', { class: 'panel' }, chart(t('depends.chart.share'), bars(top.map((row) => ({ name: row.name, value: 100 * row.share_tonnes, words: percent(row.share_tonnes, 1) })), { label: t('depends.chart.share') }))),
        lost.length > 0 && el('div', { class: 'panel' }, chart(t('depends.chart.loss'), bars(lost.map((row) => ({ name: row.name, value: row.loss_if_closed_usd_year / 1e6, words: dollars(row.loss_if_closed_usd_year), colour: 'var(--loss)' })), { label: t('depends.chart.loss') }))),
        stranded.length > 0 && el('div', { class: 'panel' }, chart(t('depends.chart.stranded'), bars(stranded.map((row) => ({ name: row.name, value: row.unserved_if_closed_t_year, words: tonnes(row.unserved_if_closed_t_year), colour: 'var(--loss)' })), { label: t('depends.chart.stranded') }))),
      ),
      table({
        caption: t(`depends.table.${kind}`),
        columns: [
          { key: 'name', title: t(`depends.col.${kind}`), kind: 'text' },
          { key: 'share_tonnes', title: t('depends.share'), kind: 'number', show: (value) => percent(value, 1), hint: t('depends.share.hint') },
          { key: 'share_value', title: t('depends.value'), kind: 'number', show: (value) => percent(value, 1), hint: t('depends.value.hint') },
          { key: 'loss_if_closed_usd_year', title: t('depends.loss'), kind: 'number', show: (value) => dollars(value), hint: t('depends.loss.hint') },
          { key: 'unserved_if_closed_t_year', title: t('depends.stranded'), kind: 'number', show: (value) => tonnes(Math.max(0, value)), hint: t('depends.stranded.hint') },
        ],
        rows,
        sort: '-share_tonnes',
        most: 12,
      }),
    ];
  }

  /** The zone in a few figures, and who could cut it off. */
  function facts(told) {
    const cuts = (list) => (list || []).map((set) => set.map(stateName).join(' + ')).join('; ');
    const rows = [
      [t('depends.trade'), tonnes(told.trade_t_year)],
      [t('depends.trade.value'), dollars(told.trade_usd_year)],
      [t('depends.ways'), number(told.effective_ways, 2)],
      [t('depends.cut'), cuts(told.cut_off_by) || t('depends.cut.none')],
    ];
    return el('dl', { class: 'figures wide' }, rows.map(([term, words]) => el('div', {}, el('dt', {}, term), el('dd', {}, words))));
  }

  function update(params) {
    const zones = theStudy().zones;
    if (!field) {
      field = combobox({ label: t('depends.zone'), options: zones.map((one) => ({ id: one.id, name: one.name, hint: stateName(one.state) })), value: params.zone, onPick: (id) => go({ zone: id }) });
      fill(head, heading(t('depends.title'), t('depends.words')), el('div', { class: 'wide-field' }, field.element));
    }
    field.set(params.zone);
    if (!params.zone) {
      fill(body, empty(t('depends.empty.title'), t('depends.empty.words'), zones.slice(0, 40).map((one) => el('button', { type: 'button', class: 'button small', on: { click: () => go({ zone: one.id }) } }, one.name))));
      return;
    }
    const query = { ...queryOf(params), zone: params.zone };
    await_(
      body,
      async () => {
        const answer = await getOrWait('/api/depends', query, body);
        const told = answer.zones.find((one) => one.zone === params.zone) ?? answer.zones[0];
        const sections = ['states', 'chokepoints', 'ports', 'crossings'].map((kind) => section(kind, told[kind]));
        return el(
          'div',
          { class: 'stack' },
          el('p', { class: 'quiet' }, t('depends.of', { zone: zoneName(params.zone), state: stateWords(params, { base: false }) })),
          facts(told),
          sections,
          [told.notes, told.note].flat().filter(Boolean).map((words) => el('p', { class: 'note' }, words)),
          exportRow(tableExports('depends', query), t('export.table')),
          chartExports(body, t('depends.title'), t('depends.of', { zone: zoneName(params.zone), state: stateWords(params, { base: false }) }), 'landbridge-depends'),
        );
      },
      { words: t('depends.loading'), done: t('live.done') },
    );
  }

  return { element, update };
}
