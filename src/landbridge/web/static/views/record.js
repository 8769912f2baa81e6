// Record: events along time, and for an event, gate, claim or document what is claimed, by whom, and where they differ.
import { get } from '../api.js';
import { el, fill, svg } from '../dom.js';
import { percent } from '../format.js';
import { heading, panel } from '../parts/headings.js';
import { await_, empty } from '../parts/notices.js';
import { table } from '../parts/table.js';
import { go, linkTo } from '../router.js';
import { t, tn, tOr } from '../strings.js';

const KINDS = { event: 'events', gate: 'gates', claim: 'claims', document: 'documents', agreement: 'agreements', process: 'processes' };
const link = (kind, id, words) => el('a', { href: linkTo('record', { [kind]: id }) }, words ?? id);
const yearOf = (date) => {
  const [year, month = '7', day = '1'] = String(date || '').split('-');
  const value = Number(year) + (Number(month) - 1 + Number(day) / 31) / 12;
  return Number.isFinite(value) && Number(year) > 0 ? value : null;
};
const clip = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** Events as dots on one lane for each process, drawn for a box so wide that letters keep their size. */
function timeline(told, since, picked, room) {
  const wide = Math.max(600, Math.min(1120, room));
  const [names, letters] = wide < 900 ? [272, 44] : [318, 50];
  const [row, top] = [26, 26];
  const events = told.events.map((one) => ({ ...one, at: yearOf(one.first || one.date) })).filter((one) => one.at !== null && one.at >= since);
  const lanes = told.processes.filter((process) => events.some((one) => one.process === process.id));
  const last = Math.max(...events.map((one) => one.at), yearOf(told.as_of) ?? since + 1) + 0.3;
  const x = (at) => names + ((at - since) / (last - since || 1)) * (wide - names - 16);
  const high = top + lanes.length * row + 8;
  const years = [];
  const step = last - since > 20 ? 5 : last - since > 9 ? 2 : 1;
  for (let year = Math.ceil(since / step) * step; year <= last; year += step) years.push(year);
  const now = yearOf(told.as_of);
  return svg(
    'svg',
    { class: 'chart timeline', viewBox: `0 0 ${wide} ${high}`, role: 'img', 'aria-label': t('record.timeline') },
    years.map((year) => [
      svg('line', { class: 'rule', x1: x(year), x2: x(year), y1: top - 6, y2: high }),
      svg('text', { class: 'soft', x: x(year), y: 13, 'text-anchor': 'middle' }, year),
    ]),
    now && svg('line', { x1: x(now), x2: x(now), y1: top - 6, y2: high, stroke: 'var(--focus)', 'stroke-width': 1.5 }, svg('title', {}, t('record.as_of', { date: told.as_of }))),
    lanes.map((process, i) => {
      const y = top + i * row + row / 2;
      return [
        svg('line', { class: 'rule', x1: names, x2: wide - 12, y1: y, y2: y }),
        svg('text', { x: names - 10, y: y + 4, 'text-anchor': 'end' }, clip(process.title, letters), svg('title', {}, process.title)),
        events.filter((one) => one.process === process.id).map((one) => {
          const hollow = one.status !== 'occurred';
          return svg(
            'circle',
            {
              class: 'dot',
              cx: x(one.at),
              cy: y,
              r: one.id === picked ? 8 : 5.5,
              fill: hollow ? 'var(--panel)' : one.contested ? 'var(--warn)' : 'var(--accent)',
              stroke: one.id === picked ? 'var(--focus)' : hollow ? 'var(--accent)' : 'var(--panel)',
              'stroke-width': one.id === picked ? 3 : 1.5,
              on: { click: () => go({ event: one.id, gate: '', claim: '', document: '', agreement: '', process: '' }) },
            },
            svg('title', {}, `${one.date} ${one.title}${one.contested ? `\n${one.contested}` : ''}`),
          );
        }),
      ];
    }),
  );
}

const said = (claim) => [claim.subject, claim.field && tOr(`field.${claim.field}`, claim.field.replaceAll('_', ' '))].filter(Boolean).join(', ');

function claimRow(claim, marked) {
  const value = [claim.value, claim.unit].filter(Boolean).join(' ');
  return el(
    'div',
    { class: 'claim', 'data-claim': claim.id, id: `claim-${claim.id}`, 'aria-current': claim.id === marked ? 'true' : null },
    el(
      'p',
      {},
      link('claim', claim.id),
      ' ',
      el('span', { class: 'quiet' }, said(claim)),
      ' ',
      claim.stance === 'denies' ? el('span', { class: 'tag shut' }, t('record.denies')) : null,
      ' ',
      el('strong', {}, value || t('none')),
      claim.scope ? el('span', { class: 'quiet' }, ` (${claim.scope})`) : null,
    ),
    claim.text && el('blockquote', { class: 'quote' }, claim.text),
    el('p', { class: 'note' }, link('document', claim.source, claim.publisher ? `${claim.publisher} (${claim.source})` : claim.source), claim.locator ? `, ${claim.locator}` : '', claim.modality && claim.modality !== 'fact' ? ` · ${tOr(`modality.${claim.modality}`, claim.modality)}` : ''),
  );
}

function differences(list) {
  if (!list || list.length === 0) return null;
  return panel(
    tn('record.differences', list.length),
    list.map((one) =>
      el(
        'div',
        { class: 'claim' },
        el('p', {}, el('span', { class: 'tag partial' }, tOr(`difference.${one.kind}`, one.kind)), ' ', el('strong', {}, said(one)), one.verdict ? ` – ${one.verdict}` : ''),
        one.reason && el('p', { class: 'note' }, one.reason),
        el('ul', { class: 'dots' }, (one.values || []).map((value) => el('li', {}, el('strong', {}, value.value), value.stance === 'denies' ? ` (${t('record.denies')})` : '', ` – ${tn('record.witnesses', value.witnesses)}`, value.probability !== null && value.probability !== undefined ? `, ${percent(value.probability)}` : '', ' ', (value.claims || []).map((claim) => [link('claim', claim.id ?? claim), ' '])))),
      ),
    ),
  );
}

const events = (title, list) =>
  list && list.length > 0
    ? panel(title, el('ul', { class: 'plain' }, list.map((one) => el('li', {}, el('span', { class: 'quiet' }, `${one.date} `), link('event', one.id, one.title), one.status && one.status !== 'occurred' ? el('span', { class: 'quiet' }, ` (${tOr(`event.${one.status}`, one.status)})`) : null))))
    : null;

function sources(list) {
  if (!list || list.length === 0) return null;
  return panel(
    tn('record.sources', list.length),
    el(
      'ul',
      { class: 'plain' },
      list.map((one) =>
        el(
          'li',
          {},
          link('document', one.id),
          ` ${[one.publisher, one.title].filter(Boolean).join(': ')}${one.published ? `, ${one.published}` : ''} `,
          one.reliability && el('span', { class: 'tag' }, tOr(`reliability.${one.reliability}`, one.reliability.replaceAll('_', ' '))),
          one.derived_from && one.derived_from.length > 0 && el('span', { class: 'quiet' }, ` ${t('record.derived', { ids: one.derived_from.join(', ') })}`),
          /^https?:/.test(one.url || '') && el('div', { class: 'note' }, one.url),
        ),
      ),
    ),
  );
}

function resolutions(list) {
  if (!list || list.length === 0) return null;
  return panel(
    t('record.taken'),
    el(
      'ul',
      { class: 'plain' },
      list.slice(0, 12).map((one) => el('li', {}, el('span', { class: 'quiet' }, `${said(one)}: `), el('strong', {}, one.value || one.estimate || t('record.nothing.taken')), one.probability !== null ? ` ${percent(one.probability)}` : '', el('span', { class: 'quiet' }, ` ${one.rule}`))),
    ),
  );
}

function copies(list) {
  if (!list || list.length === 0) return null;
  return panel(tn('record.copies', list.length), el('ul', { class: 'plain' }, list.map((one) => el('li', {}, t('record.copy', { document: one.document, of: one.of }), one.probability !== null && one.probability < 1 ? ` ${percent(one.probability)}` : '', el('span', { class: 'quiet' }, ` ${one.reason ?? ''}`)))));
}

const fact = (term, words) => (words ? [el('dt', {}, term), el('dd', {}, words)] : null);

function detail(kind, told) {
  const roles = (told.roles || []).map((one) => `${one.name} (${(one.roles || []).join(', ')})`).join('; ');
  const claims = kind === 'claim' ? [told, ...(told.others || [])] : told.claims || [];
  return el(
    'div',
    { class: 'stack', 'data-detail': told.id },
    panel(
      kind === 'claim' ? t('record.claim', { id: told.id }) : told.title || told.id,
      el(
        'dl',
        { class: 'facts' },
        fact(t('record.kind'), t(`record.kind.${kind}`)),
        fact(t('record.date'), told.date),
        fact(t('record.place'), told.place),
        fact(t('record.status'), kind === 'gate' ? tOr(`gate.${told.state}`, told.state) : tOr(`event.${told.status}`, told.status)),
        fact(t('record.probability'), kind === 'gate' && told.probability !== null && told.probability !== undefined ? percent(told.probability) : ''),
        fact(t('record.since'), told.met_on),
        fact(t('record.by'), told.met_by ? link('event', told.met_by) : ''),
        fact(t('record.why'), told.why),
        fact(t('record.doubt'), told.disagrees),
        fact(t('record.outcome'), told.outcome),
        fact(t('record.process'), told.process),
        fact(t('record.roles'), roles),
        fact(t('record.parties'), (told.parties || []).join(', ')),
        fact(t('record.about'), kind === 'claim' && told.event ? (told.event.startsWith('gate:') ? link('gate', told.event.slice(5)) : told.event.includes(':') ? told.event : link('event', told.event)) : ''),
        fact(t('record.affects'), (told.affects || []).length ? told.affects.map((id, i) => [i > 0 && ', ', link('gate', id.id ?? id, id.title)]) : ''),
        fact(t('record.meets'), (told.meets || []).length ? told.meets.map((id, i) => [i > 0 && ', ', link('gate', id.id ?? id, id.title)]) : ''),
      ),
      kind === 'gate' && el('p', {}, el('a', { href: linkTo('what-if') }, t('record.whatif'))),
    ),
    events(t('record.meeting'), told.meeting),
    events(t('record.bearing'), told.bearing || (kind === 'process' ? told.events : null)),
    resolutions(told.resolutions || (told.resolution ? [told.resolution] : [])),
    differences(told.differences),
    claims.length > 0 && panel(tn('record.claims', claims.length), el('div', {}, claims.map((claim) => claimRow(claim, kind === 'claim' ? told.id : '')))),
    kind === 'gate' && claims.length === 0 && el('p', { class: 'notice' }, t('record.no.claims')),
    sources(told.sources),
    copies(told.copies),
  );
}

export function create() {
  const [strip, list, box] = [el('div'), el('div', { class: 'record-list' }), el('div', { class: 'record-detail', 'aria-live': 'polite' })];
  const element = el('div', { class: 'page' }, heading(t('record.title'), t('record.words')), strip, el('div', { class: 'record-split' }, list, box));
  let told = null;
  let shownList = '';
  let seen = false;

  function drawStrip(params) {
    const since = el(
      'select',
      { id: 'record-since', on: { change: () => go({ since: since.value }, { replace: true }) } },
      ['1990', '2010', '2020', '2024'].map((year) => el('option', { value: year, selected: year === (params.since || '2020') }, t('record.since.year', { year }))),
    );
    fill(strip, panel(t('record.timeline'), el('div', { class: 'row' }, el('div', { class: 'field' }, el('label', { for: 'record-since' }, t('record.show')), since), el('p', { class: 'note' }, t('record.dots', { date: told.as_of }))), timeline(told, Number(params.since || 2020), params.event, strip.clientWidth ? strip.clientWidth - 30 : 1120)));
  }

  function drawList(params) {
    const key = params.process_of || '';
    if (shownList === key && list.childElementCount) return;
    shownList = key;
    const titles = new Map(told.processes.map((one) => [one.id, one.title]));
    const rows = told.events
      .filter((one) => !key || one.process === key)
      .map((one) => ({ ...one, process_title: titles.get(one.process) ?? '', n: (one.sources || []).length }));
    const pick = el('select', { id: 'record-process', on: { change: () => go({ process_of: pick.value }, { replace: true }) } }, el('option', { value: '' }, t('record.all')), told.processes.map((one) => el('option', { value: one.id, selected: one.id === key }, one.title)));
    fill(
      list,
      el('div', { class: 'field' }, el('label', { for: 'record-process' }, t('record.process')), pick),
      table({
        caption: t('record.events'),
        columns: [
          { key: 'title', title: t('record.event'), kind: 'text' },
          { key: 'date', title: t('record.date'), kind: 'text', show: (value) => el('span', { class: 'nowrap' }, value) },
          { key: 'n', title: t('record.n.sources'), kind: 'number' },
        ],
        rows,
        sort: '-date',
        most: 30,
        pick: (row) => go({ event: row.id, gate: '', claim: '', document: '', agreement: '', process: '' }),
      }),
    );
  }

  async function update(params) {
    if (!told) {
      await await_(strip, async () => {
        told = await get('/api/record/events');
        told.processes = told.processes.filter((one) => one.id);
        return '';
      });
      if (!told) return;
    }
    drawStrip(params);
    drawList(params);
    const kind = Object.keys(KINDS).find((one) => params[one]);
    if (!kind) {
      fill(box, empty(t('record.empty.title'), t('record.empty.words')));
      return;
    }
    await await_(box, async () => detail(kind, await get(`/api/record/${KINDS[kind]}/${encodeURIComponent(params[kind])}`)));
    if (seen && box.getBoundingClientRect().top > window.innerHeight * 0.6) box.scrollIntoView({ block: 'start' });
    seen = true;
  }

  return { element, update };
}
