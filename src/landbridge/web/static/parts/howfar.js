// How far something is open: as the scenario has it, as it was changed, and the control that changes it.
import { el, newId } from '../dom.js';
import { percent } from '../format.js';
import { segments } from './headings.js';
import { t } from '../strings.js';

const HALF = 0.5;
const SHUT = ['shut', 'planned'];
const stateOf = (share) => (share >= 1 ? 'open' : share > 0 ? 'partial' : 'shut');
const standing = (share) => ({ state: stateOf(share), share });

/** How a thing stands in the scenario, before any change: {state, share}. */
export function standingOf(kind, id, { before, gates }) {
  if (kind === 'gate') {
    const gate = gates.find((one) => one.id === id);
    return { state: gate.state, share: gate.share };
  }
  if (kind === 'port') return standing(before.placeById.get(id)?.share_usable ?? 1);
  const closure = before.closures.find((one) => one.state === id);
  if (kind === 'state') return standing(closure ? closure.transit_share : 1);
  if (kind === 'trade') return standing(closure && !closure.trade_open ? 0 : 1);
  const links = kind === 'link' ? [before.byId.get(id)] : before.links.filter((link) => link.border === id);
  // A border is as open as the line that is most so.
  return standing(Math.max(0, ...links.map((link) => (SHUT.includes(link.status) ? 0 : link.share_usable))));
}

/** Open, partly open or shut.
 *
 * `made` is the change that was made, if one was; `onSet(to, share)` is called with the next one, or with null where it
 * leads back to the scenario. `partly` is false for what is open or shut.
 */
export function howFar({ label, quiet, base, made, partly = true, onSet }) {
  const state = made ? made.to : base.state;
  const usual = base.state === 'partial' ? base.share : HALF;
  const set = (to, share) => {
    const same = to === base.state && (to !== 'partial' || Math.abs(share - base.share) < 0.005);
    onSet(same ? null : to, to === 'partial' ? share : undefined);
  };
  const options = ['open', ...(partly ? ['partial'] : []), 'shut'].map((key) => [key, t(`gate.${key}`)]);
  const share = Math.round(100 * (made?.share ?? usual));
  const field = el('input', {
    type: 'number',
    min: 1,
    max: 99,
    value: share,
    'aria-label': t('whatif.share.of', { name: label }),
    on: { change: () => field.reportValidity() && field.value !== '' && set('partial', Number(field.value) / 100) },
  });
  return el(
    'div',
    { class: `how-far${made ? ' changed' : ''}` },
    segments(label, newId('how-far'), options, state, (to) => set(to, usual), { quiet }),
    state === 'partial' && el('span', { class: 'share' }, field, '%'),
    made && el('span', { class: 'quiet' }, t('whatif.was', { state: base.state === 'partial' ? percent(base.share) : t(`gate.${base.state}`) })),
  );
}
