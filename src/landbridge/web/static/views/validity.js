// Validity: what was observed against what the model says; misses are listed plainly.
import { el, fill } from '../dom.js';
import { percent, quantity, signed } from '../format.js';
import { measureWords } from '../measures.js';
import { chart, scatter } from '../parts/charts.js';
import { csvOf, exportRow, handOut } from '../parts/exports.js';
import { heading, segments } from '../parts/headings.js';
import { await_ } from '../parts/notices.js';
import { chartExports } from '../parts/picture.js';
import { table } from '../parts/table.js';
import { getOrWait } from '../parts/waiting.js';
import { go } from '../router.js';
import { t, tOr } from '../strings.js';

const KINDS = ['compared', 'misses', 'missing'];

export function create() {
  const body = el('div', { class: 'stack' });
  const element = el('div', { class: 'page' }, heading(t('validity.title'), t('validity.words')), body);
  let told = null;

  const name = (row) => measureWords(row.quantity, row.note);
  const error = (row) => (row.relative_error === null || row.relative_error === undefined ? (row.error === null ? t('none') : t('validity.points', { n: signed(row.error, 2) })) : `${row.relative_error > 0 ? '+' : ''}${percent(row.relative_error)}`);

  function draw(params) {
    const compared = told.rows.filter((row) => row.inside !== null);
    const misses = compared.filter((row) => !row.inside);
    const missing = told.rows.filter((row) => row.inside === null);
    const kind = KINDS.includes(params.rows) ? params.rows : 'misses';
    const group = params.group || '';
    const inGroup = (rows) => rows.filter((row) => !group || row.group === group);
    const shown = inGroup({ compared, misses, missing }[kind]);
    const points = inGroup(compared).filter((row) => row.observed > 0 && row.modelled > 0);
    const units = [...new Set(points.map((row) => row.unit))].sort((a, b) => points.filter((row) => row.unit === b).length - points.filter((row) => row.unit === a).length);
    const unit = units.includes(params.unit) ? params.unit : units[0];
    const dots = points.filter((row) => row.unit === unit).map((row) => ({ ...row, miss: !row.inside, words: `${name(row)} (${row.scenario}): ${quantity(row.observed, row.unit)} / ${quantity(row.modelled, row.unit)}` }));
    const pick = el('select', { id: 'validity-group', on: { change: () => go({ group: pick.value, unit: '' }, { replace: true }) } }, el('option', { value: '' }, t('validity.all')), Object.keys(told.groups).map((one) => el('option', { value: one, selected: one === group }, tOr(`group.${one}`, one))));
    const unitPick = el('select', { id: 'validity-unit', on: { change: () => go({ unit: unitPick.value }, { replace: true }) } }, units.map((one) => el('option', { value: one, selected: one === unit }, one)));
    const focus = document.activeElement?.id;
    fill(
      body,
      el(
        'dl',
        { class: 'figures wide' },
        [
          [t('validity.inside'), t('validity.inside.of', { inside: told.inside, compared: told.compared })],
          [t('validity.share'), percent(told.inside_share)],
          [t('validity.median'), percent(told.median_relative_error)],
          [t('validity.not'), String(told.not_modelled)],
        ].map(([term, words]) => el('div', {}, el('dt', {}, term), el('dd', {}, words))),
      ),
      told.caveat && el('div', { class: 'caveat' }, [told.caveat].flat().map((words) => el('p', {}, words))),
      el(
        'div',
        { class: 'row wide-row' },
        segments(t('validity.rows'), 'validity-rows', [['misses', t('validity.misses', { n: misses.length })], ['compared', t('validity.compared', { n: compared.length })], ['missing', t('validity.missing', { n: missing.length })]], kind, (key) => go({ rows: key }, { replace: true })),
        el('div', { class: 'field' }, el('label', { for: 'validity-group' }, t('validity.group')), pick),
      ),
      table({
        caption: t(`validity.table.${kind}`),
        columns:
          kind === 'missing'
            ? [
                { key: 'name', title: t('validity.quantity'), kind: 'text' },
                { key: 'observed', title: t('validity.observed'), kind: 'number', show: (value, row) => quantity(value, row.unit) },
                { key: 'reason', title: t('validity.reason'), kind: 'text' },
              ]
            : [
                { key: 'name', title: t('validity.quantity'), kind: 'text', show: (value, row) => [value, row.use === 'validate' ? el('span', { class: 'quiet' }, ` ${t('validity.kept')}`) : null, el('div', { class: 'note' }, row.note)] },
                { key: 'observed', title: t('validity.observed'), kind: 'number', show: (value, row) => quantity(value, row.unit) },
                { key: 'modelled', title: t('validity.modelled'), kind: 'number', show: (value, row) => quantity(value, row.unit) },
                { key: 'size', title: t('validity.error'), kind: 'number', show: (_, row) => error(row) },
                { key: 'tolerance_stated', title: t('validity.allowed'), kind: 'text' },
                { key: 'verdict', title: t('validity.verdict'), kind: 'text', show: (value, row) => el('span', { class: `tag ${row.inside ? 'open' : 'shut'}` }, t(row.inside ? 'validity.in' : 'validity.out')) },
                { key: 'sources', title: t('validity.source'), kind: 'text' },
              ],
        rows: shown.map((row) => ({ ...row, name: `${name(row)}, ${row.scenario.split('/').at(-1)}`, size: Math.abs(row.relative_error ?? row.error ?? NaN), sources: (row.source || []).join(', ') })),
        sort: kind === 'missing' ? 'name' : '-size',
        most: 25,
      }),
      dots.length > 0 &&
        el(
          'div',
          { class: 'panel' },
          units.length > 1 && el('div', { class: 'field short' }, el('label', { for: 'validity-unit' }, t('validity.unit')), unitPick),
          chart(t('validity.chart', { unit }), el('div', { class: 'scatter' }, scatter(dots, { label: t('validity.chart', { unit }), xTitle: t('validity.axis.observed', { unit }), yTitle: t('validity.axis.modelled', { unit }) })), el('p', { class: 'note' }, t('validity.dots'))),
        ),
      el('p', { class: 'note' }, t('validity.evidence', { n: told.evidence_only ?? 0 })),
      exportRow([{ words: t('export.csv'), run: () => handOut(csvOf(['id', 'quantity', 'scenario', 'unit', 'observed', 'modelled', 'error', 'relative_error', 'tolerance_stated', 'verdict', 'use', 'reason', 'note'], told.rows), 'landbridge-validity.csv') }], t('export.table')),
      dots.length > 0 && chartExports(body, t('validity.title'), t('validity.inside.words', { inside: told.inside, compared: told.compared }), 'landbridge-validity'),
    );
    if (focus) document.getElementById(focus)?.focus();
  }

  async function update(params) {
    if (told) {
      draw(params);
      return;
    }
    await await_(body, async () => {
      told = await getOrWait('/api/validity', {}, body);
      return '';
    }, { words: t('validity.loading') });
    if (told) draw(params);
  }

  return { element, update };
}
