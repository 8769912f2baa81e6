// What if: switches for gates, and links, borders, ports and states shut or opened by clicking; what turns.
import { address, ApiError, get, keep, post } from '../api.js';
import { el, fill } from '../dom.js';
import { capital, number, percent, quantity } from '../format.js';
import { theMap } from '../map/index.js';
import { combobox } from '../parts/combobox.js';
import { exportRow } from '../parts/exports.js';
import { panel, stateWords } from '../parts/headings.js';
import { howFar, standingOf } from '../parts/howfar.js';
import { await_, failure, loading, say } from '../parts/notices.js';
import { table } from '../parts/table.js';
import { go, linkTo, queryOf } from '../router.js';
import { t, tn, tOr } from '../strings.js';
import { corridorTitle, getNetwork, linkName, stateName, theStudy, zoneName } from '../study.js';
import { cameraOf, describeHit, drawFlows, fitTo, FLOWS, pick, pickOf, rememberCamera, shownSegments, widthSegments } from './onmap.js';
import { describePick } from './pick.js';

export function create() {
  const map = theMap();
  const mapBox = el('div', { class: 'map-box' });
  const [details, result, list, gatesBox, saveBox] = [
    el('div', { 'aria-live': 'polite' }),
    el('div'),
    el('div'),
    el('div'),
    el('div'),
  ];
  const side = el('aside', { class: 'side wide', 'aria-label': t('whatif.side') }, details, list, result, gatesBox, saveBox);
  const banner = el('div', { class: 'turned-box', hidden: true });
  const element = el('div', { class: 'split wide-side' }, el('h1', { class: 'unseen' }, t('nav.what-if')), mapBox, side);
  let now = null;
  let attached = null;
  let turn = 0;
  let filter = '';
  let asked = 0;

  const handlers = {
    describe: (hit) => describeHit(hit, now),
    pick,
    move: rememberCamera,
    redraw: () => now && draw(now.params),
    home: () => now && fitTo(map, now, 80),
    drawn: () => told('drawnMs'),
    ready: () => told('readyMs'),
  };

  /** How long after a change was asked for the map shows what it turns. */
  function told(word) {
    if (!asked || !now || !now.solved) return;
    element.dataset[word] = Math.round(performance.now() - asked);
    if (word === 'readyMs') asked = 0;
  }

  const changes = () => (now && now.solved ? now.solved.changes : []);

  /** What a change is made to, in words. */
  function nameOf(kind, id) {
    if (kind === 'gate') return now.gates.find((gate) => gate.id === id)?.title ?? id;
    if (kind === 'state' || kind === 'trade') return t(`whatif.of.${kind}`, { name: stateName(id) });
    if (kind === 'link') return now.network.byId.has(id) ? linkName(now.network.byId.get(id)) : id;
    if (kind === 'port') return zoneName(id);
    const crossing = now.network.links.find((link) => link.border === id);
    return t('whatif.of.border', { name: crossing ? linkName(crossing) : id });
  }

  /** Words for what a change does. */
  const changeWords = (change) => t(`whatif.change.${change.to}`, { name: nameOf(change.kind, change.id), share: percent(change.share ?? 0) });

  /** Solve with these changes; the address takes the answer's id, so that Back undoes. */
  async function solve(wanted) {
    const mine = ++turn;
    if (wanted.length === 0) {
      go({ what_if: '' });
      return;
    }
    fill(result, panel(t('whatif.result'), loading(t('whatif.solving'))));
    map.say(t('whatif.solving'));
    const started = performance.now();
    const { commodity } = now.params;
    try {
      const told = await post('/api/what-if', { scenario: now.params.scenario, year: Number(now.params.year), commodity, changes: wanted });
      if (mine !== turn) return;
      element.dataset.solvedMs = Math.round(performance.now() - started);
      asked = started;
      keep(`/api/what-if/${encodeURIComponent(told.id)}`, { commodity }, told);
      go({ what_if: told.id });
    } catch (fault) {
      if (mine !== turn) return;
      fill(result, panel(t('whatif.result'), failure(fault, () => solve(wanted))));
      say(t('live.failed'));
    } finally {
      map.say('');
    }
  }

  /** How far one thing is open, and the switch that changes it. */
  function control(kind, id, label, { quiet, partly } = {}) {
    const made = changes().find((one) => one.kind === kind && one.id === id);
    const rest = changes().filter((one) => one !== made);
    const onSet = (to, share) => solve(to ? [...rest, { kind, id, to, share }] : rest);
    return howFar({ label, quiet, partly, made, base: standingOf(kind, id, now), onSet });
  }

  function actions(hit, thing) {
    if (hit.kind === 'state') {
      return [control('state', hit.id, t('whatif.transit')), control('trade', hit.id, t('whatif.trade'), { partly: false }), el('p', { class: 'note' }, t('whatif.state.words'))];
    }
    if (!thing) return null;
    if (hit.kind === 'link') return control('link', hit.id, t('whatif.link'));
    const borders = thing.borders.map((id) => control('border', id, capital(nameOf('border', id))));
    const port = thing.kind === 'port' && control('port', hit.id, t('whatif.port'));
    return borders.length || port ? [borders, port] : el('p', { class: 'quiet' }, t('whatif.cannot'));
  }

  function draw(params) {
    drawFlows(map, params.show === 'flows' ? { ...now, difference: null } : now, { widths: params.widths, show: FLOWS });
    map.pick(pickOf(params));
  }

  function drawDetails(params) {
    const hit = pickOf(params);
    const options = [
      ...now.network.links.map((link) => ({ id: `link:${link.id}`, name: linkName(link), hint: t('kind.link') })),
      ...now.network.places
        .filter((place) => place.kind === 'border' || place.kind === 'port')
        .map((place) => ({ id: `place:${place.id}`, name: place.fullName, hint: t(`kind.${place.kind}`) })),
      ...Object.entries(theStudy().states).map(([code, name]) => ({ id: `state:${code}`, name, hint: t('kind.state') })),
    ];
    fill(
      details,
      hit && describePick(hit, now, { close: () => go({ pick: '' }, { replace: true }), actions }),
      panel(
        t('whatif.title'),
        el('p', { class: 'quiet' }, t('whatif.words', { state: stateWords({ ...params, what_if: '' }, { base: false }) })),
        combobox({ label: t('whatif.find'), options, placeholder: t('map.find.hint'), onPick: (id) => go({ pick: id }, { replace: true }) }).element,
      ),
    );
  }

  function drawList() {
    const made = changes();
    fill(
      list,
      made.length > 0 &&
        panel(
          tn('whatif.changes', made.length),
          el(
            'ul',
            { class: 'plain changes' },
            made.map((one) =>
              el(
                'li',
                { class: 'row' },
                el('span', {}, changeWords(one)),
                el('button', { type: 'button', class: 'button small', 'aria-label': t('whatif.undo.one', { change: changeWords(one) }), on: { click: () => solve(made.filter((other) => other !== one)) } }, t('whatif.undo')),
              ),
            ),
          ),
          made.length > 1 && el('div', { class: 'actions' }, el('button', { type: 'button', class: 'button small', on: { click: () => solve([]) } }, t('whatif.undo.all'))),
        ),
    );
  }

  /** The answer in a few lines on the map itself, where it is seen wherever the panel is scrolled to. */
  function drawBanner() {
    const told = now.solved;
    banner.hidden = !told;
    if (!told) return;
    fill(banner, el('strong', {}, changes().map(changeWords).join('; ')), el('ul', {}, turnedWords().slice(0, 4).map((words) => el('li', {}, words))));
  }

  /** Whose supply turns to whom: one sentence for each zone. */
  function turnedWords() {
    const zones = new Map();
    for (const one of now.solved.turned || []) {
      if (!zones.has(one.zone)) zones.set(one.zone, []);
      zones.get(one.zone).push(t('whatif.share', { state: stateName(one.state), after: percent(one.share_after), before: percent(one.share_before) }));
    }
    const lines = [...zones].map(([zone, shares]) => t('whatif.turned', { zone: zoneName(zone), shares: shares.join(', ') }));
    return lines.length ? lines : [t('whatif.nothing')];
  }

  function drawResult(params) {
    const told = now.solved;
    if (!told) {
      fill(result);
      return;
    }
    fill(
      result,
      panel(
        t('whatif.result'),
        el('ul', { class: 'turned' }, turnedWords().map((words) => el('li', {}, words))),
        shownSegments('whatif-shown', params.show === 'flows' ? 'flows' : 'difference'),
        widthSegments('whatif-widths', params),
        table({
          caption: t('whatif.summary'),
          columns: [
            { key: 'quantity', title: t('whatif.quantity'), kind: 'text', show: (value, row) => tOr(`quantity.${value}`, row.title || corridorTitle(value.replace('corridor:', ''))) },
            { key: 'before', title: t('whatif.before'), kind: 'number', show: (value, row) => quantity(value, row.unit) },
            { key: 'after', title: t('whatif.after'), kind: 'number', show: (value, row) => quantity(value, row.unit) },
            { key: 'change', title: t('whatif.difference'), kind: 'number', show: (value, row) => quantity(value, row.unit, true) },
          ],
          rows: (told.summary || []).map((row) => ({ ...row, change: row.after - row.before })),
          most: 6,
        }),
        el('p', { class: 'note' }, t('whatif.solved', { seconds: number(told.seconds, 2), iterations: told.iterations ?? t('none'), residual: percent(told.residual, 2) })),
        el('p', {}, el('a', { href: linkTo('routes') }, t('whatif.routes'))),
      ),
    );
  }

  function drawSave(params) {
    if (!now.solved) {
      fill(saveBox);
      return;
    }
    const id = el('input', { id: 'save-id', pattern: '[a-z0-9][a-z0-9\\-]*', maxlength: '60', required: true, value: 'my-scenario' });
    const title = el('input', { id: 'save-title', maxlength: '200', required: true, value: changes().map(changeWords).join('; ').slice(0, 180) });
    const answer = el('div', { 'aria-live': 'polite' });
    const form = el(
      'form',
      {
        on: {
          async submit(event) {
            event.preventDefault();
            await await_(answer, async () => {
              const told = await post(`/api/what-if/${encodeURIComponent(now.solved.id)}/save`, { scenario_id: id.value, title: title.value });
              return el('p', {}, t(told.is_copy ? 'whatif.saved.copy' : 'whatif.saved', { path: told.path, command: told.command }));
            });
          },
        },
      },
      el('div', { class: 'field' }, el('label', { for: 'save-id' }, t('whatif.save.id')), id),
      el('div', { class: 'field' }, el('label', { for: 'save-title' }, t('whatif.save.title')), title),
      el('div', { class: 'actions' }, el('button', { class: 'button main', type: 'submit' }, t('whatif.save'))),
    );
    fill(
      saveBox,
      panel(
        t('whatif.keep'),
        form,
        answer,
        exportRow([{ words: t('whatif.export'), href: `/api/what-if/${encodeURIComponent(now.solved.id)}/export`, name: 'scenario.yaml' }], t('export.title')),
        exportRow([{ words: t('export.svg'), href: address('/api/export/map.svg', { ...queryOf(params, 'commodity'), base: params.scenario }), name: 'what-if.svg' }], t('export.map')),
      ),
    );
  }

  function gateRow(gate) {
    const made = changes().find((one) => one.kind === 'gate' && one.id === gate.id);
    return el(
      'div',
      { class: `gate${made ? ' changed' : ''}`, 'data-gate': gate.id },
      el('strong', {}, gate.title),
      control('gate', gate.id, gate.title, { quiet: true }),
      el('p', {}, gate.why || (gate.since ? t('gate.since', { since: gate.since }) : t('gate.unknown'))),
      el('details', { on: { toggle: (event) => fill(event.target, event.target.firstChild, gateEvidence(gate)) } }, el('summary', {}, tn('gate.evidence', gate.n_evidence ?? gate.evidence.length))),
    );
  }

  /** What is shown when the evidence of a gate is unfolded; made only then, for there are many gates. */
  function gateEvidence(gate) {
    return [
      el(
        'ul',
        { class: 'plain' },
        gate.evidence.slice(0, 6).map((one) => el('li', {}, el('a', { href: linkTo('record', { claim: one.id }) }, one.id), ` ${[one.text || one.value, one.unit].filter(Boolean).join(' ')}`, el('span', { class: 'quiet' }, ` – ${one.publisher || one.source}`))),
      ),
      gate.opens.length > 0 && el('p', {}, tn('gate.opens', gate.opens.length, { names: gate.opens.slice(0, 4).map((id) => (now.network.byId.has(id) ? linkName(now.network.byId.get(id)) : id)).join('; ') })),
      el('a', { href: linkTo('record', { gate: gate.id }) }, t('gate.record')),
    ];
  }

  function drawGates() {
    const rows = el('div', { class: 'gates' });
    const field = el('input', { id: 'gate-filter', type: 'search', value: filter, placeholder: t('whatif.filter.hint') });
    const changed = new Set(changes().filter((one) => one.kind === 'gate').map((one) => one.id));
    const kinds = [...new Set(now.gates.map((gate) => gate.kind))];
    const pick = el('select', { id: 'gate-kind' }, el('option', { value: '' }, t('whatif.kinds')), kinds.map((kind) => el('option', { value: kind }, tOr(`gate.kind.${kind}`, kind))));
    function list() {
      const words = field.value.toLowerCase();
      filter = field.value;
      const shown = now.gates
        .filter((gate) => changed.has(gate.id) || (`${gate.title} ${gate.id}`.toLowerCase().includes(words) && (!pick.value || gate.kind === pick.value)))
        .sort((a, b) => changed.has(b.id) - changed.has(a.id) || (b.opens?.length > 0) - (a.opens?.length > 0) || a.title.localeCompare(b.title));
      fill(rows, shown.length ? shown.map(gateRow) : el('p', { class: 'quiet' }, t('whatif.filter.none')));
    }
    field.addEventListener('input', list);
    pick.addEventListener('change', list);
    list();
    fill(
      gatesBox,
      panel(
        t('whatif.gates'),
        el('p', { class: 'quiet' }, t('whatif.gates.words')),
        el('div', { class: 'two-fields' }, el('div', { class: 'field' }, el('label', { for: 'gate-filter' }, t('whatif.filter')), field), el('div', { class: 'field' }, el('label', { for: 'gate-kind' }, t('whatif.kind')), pick)),
        rows,
      ),
    );
  }

  async function load(params, wanted) {
    const query = queryOf(params);
    const bare = { scenario: params.scenario, year: params.year };
    const commodity = params.commodity;
    const solved = params.what_if ? await get(`/api/what-if/${encodeURIComponent(params.what_if)}`, { commodity }) : null;
    if (solved && (solved.scenario !== params.scenario || String(solved.year) !== params.year)) {
      throw new ApiError({ what: t('whatif.other.what'), mend: t('whatif.other.mend') });
    }
    const [network, before, gates, flows, difference] = await Promise.all([
      getNetwork(query),
      getNetwork(bare),
      get('/api/gates', bare),
      solved ? solved.flows : get('/api/flows', { ...query, commodity }),
      solved ? get('/api/difference', { ...query, base: params.scenario, commodity }) : null,
      attached,
    ]);
    return { network, before, gates, flows, difference, solved, params, wanted };
  }

  async function update(params) {
    const wanted = JSON.stringify([queryOf(params), params.commodity]);
    attached ||= map.attach(mapBox, handlers, cameraOf(params));
    if (now && now.wanted === wanted) {
      now.params = params;
      draw(params);
      drawDetails(params);
      drawResult(params);
      return;
    }
    const first = !now;
    if (first) fill(details, panel(t('whatif.title'), loading(t('loading.flows'))));
    const mine = ++turn;
    try {
      const next = await load(params, wanted);
      if (mine !== turn) return;
      now = next;
    } catch (fault) {
      if (mine !== turn) return;
      const without = params.what_if && el('button', { type: 'button', class: 'button', on: { click: () => go({ what_if: '' }) } }, t('whatif.without'));
      fill(details, failure(fault, () => update(params), without));
      say(t('live.failed'));
      return;
    }
    if (!mapBox.contains(banner)) mapBox.append(banner);
    if (!(first && cameraOf(params))) fitTo(map, now, 80);
    draw(params);
    drawBanner();
    drawDetails(params);
    drawList();
    drawResult(params);
    drawSave(params);
    const at = side.scrollTop;
    const focus = document.activeElement?.closest('[data-gate]')?.dataset.gate;
    drawGates();
    side.scrollTop = at;
    if (focus) gatesBox.querySelector(`[data-gate="${CSS.escape(focus)}"] input:checked`)?.focus();
    element.dataset.whatIf = params.what_if || '';
    if (now.solved) say(t('live.solved', { n: changes().length, seconds: number(now.solved.seconds, 2) }));
  }

  return { element, update };
}
