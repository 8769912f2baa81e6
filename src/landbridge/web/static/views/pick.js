// What is known of a link, a place or a state that was picked on the map.
import { el } from '../dom.js';
import { fixed, hours, percent, tonnes } from '../format.js';
import { linkTo } from '../router.js';
import { t, tOr } from '../strings.js';
import { linkName, nodeName, stateName } from '../study.js';

const row = (term, words) => (words ? [el('dt', {}, term), el('dd', {}, words)] : null);

function gates(link) {
  if (!link.missing || link.missing.length === 0) return null;
  return [
    el('h3', {}, t('pick.missing')),
    el(
      'ul',
      { class: 'plain' },
      link.missing.map((one) =>
        el(
          'li',
          {},
          el('a', { href: linkTo('record', { gate: one.gate }) }, one.title),
          one.state && el('span', { class: 'quiet' }, ` ${one.state}`),
          one.sources && one.sources.length > 0 && el('span', { class: 'quiet' }, ` ${t('pick.sources', { ids: one.sources.join(', ') })}`),
        ),
      ),
    ),
  ];
}

/** A panel on what was picked. `actions(hit)` may add buttons. */
export function describePick(hit, { network, flows, difference }, { close, actions = () => null } = {}) {
  const head = (title) =>
    el('div', { class: 'panel-head' }, el('h2', {}, title), el('button', { type: 'button', class: 'close', 'aria-label': t('close'), on: { click: close } }, '×'));
  if (hit.kind === 'state') {
    return el('section', { class: 'panel' }, head(stateName(hit.id)), el('p', { class: 'quiet' }, t('kind.state')), actions(hit));
  }
  if (hit.kind === 'link') {
    const link = network.byId.get(hit.id);
    if (!link) return el('section', { class: 'panel' }, head(hit.id), el('p', {}, t('pick.unknown')));
    const flow = flows && flows.links[link.id];
    return el(
      'section',
      { class: 'panel' },
      head(linkName(link)),
      el(
        'dl',
        { class: 'facts' },
        row(t('pick.status'), tOr(`status.${link.status}`, link.status)),
        row(t('pick.reason'), link.status === 'open' ? '' : link.reason),
        row(t('pick.usable'), link.share_usable < 1 && link.share_usable > 0 ? percent(link.share_usable) : ''),
        row(t('pick.length'), t('unit.km', { n: fixed(link.length_km, 0) })),
        row(t('pick.forward', { to: nodeName(link.to) }), flow ? tonnes(flow[0]) : ''),
        row(t('pick.forward', { to: nodeName(link.from) }), flow ? tonnes(flow[1]) : ''),
        row(t('pick.change'), difference ? tonnes(difference.links[link.id] ?? 0, true) : ''),
        row(t('pick.basis'), link.basis ? `${tOr(`basis.${link.basis}`, link.basis)}${link.sources && link.sources.length ? ` (${link.sources.join(', ')})` : ''}` : ''),
      ),
      gates(link),
      actions(hit, link),
    );
  }
  const place = network.placeById.get(hit.id);
  if (!place) return el('section', { class: 'panel' }, head(hit.id), el('p', {}, t('pick.unknown')));
  return el(
    'section',
    { class: 'panel' },
    head(place.fullName || place.name),
    el(
      'dl',
      { class: 'facts' },
      row(t('pick.kind'), `${tOr(`kind.${place.kind}`, place.kind)}, ${stateName(place.state)}`),
      row(t('pick.delay'), place.delay_h === null || place.delay_h === undefined ? '' : hours(place.delay_h)),
      row(t('pick.through'), place.t_year > 0 ? tonnes(place.t_year) : ''),
      row(t('pick.load'), place.capacity_t_year ? t('pick.load.of', { use: tonnes(place.use_t_year ?? 0), capacity: tonnes(place.capacity_t_year) }) : ''),
    ),
    actions(hit, place),
  );
}
