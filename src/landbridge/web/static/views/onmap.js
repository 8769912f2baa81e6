// What views with a map share: where it opens, what is picked, what is read under the pointer, flows and differences.
import { colours } from '../map/index.js';
import { flowRows, makeLegend, networkRows } from '../map/legend.js';
import { boundsOf, CUT, makeScene } from '../map/scene.js';
import { segments } from '../parts/headings.js';
import { go } from '../router.js';
import { t } from '../strings.js';
import { linkLines, placeLines } from '../study.js';

/** Layers of a map that shows flows and leaves out delays. */
export const FLOWS = { flows: true, open: true, planned: true, shut: true, places: true, delays: false };

/** Where the map opens: on the middle of what moves ashore. */
export function openBounds(network, flows) {
  const at = network.placeById;
  const ends = network.links
    .filter((link) => (link.mode === 'rail' || link.mode === 'road') && flows && flows.links[link.id])
    .flatMap((link) => [at.get(link.from), at.get(link.to)])
    .filter(Boolean);
  const points = (ends.length > 3 ? ends : network.places).map((place) => [place.lon, place.lat]);
  return boundsOf(points, 0.76);
}

/** Where a difference is greatest; null where next to nothing changes. */
export function changedBounds(network, difference) {
  const links = network.links.filter((link) => !link.ocean && difference.links[link.id]);
  const most = Math.max(0, ...links.map((link) => Math.abs(difference.links[link.id])));
  const points = links.filter((link) => Math.abs(difference.links[link.id]) >= 0.15 * most).flatMap((link) => link.coords);
  return most >= 100 && points.length > 1 ? boundsOf(points) : null;
}

/** Fit the map to what changes, or else to what moves. */
export function fitTo(map, { network, flows, difference }, padding) {
  const bounds = difference && changedBounds(network, difference);
  if (bounds) map.fit(bounds, padding);
  else map.fit(openBounds(network, flows));
}

export const cameraOf = (params) => {
  const [lon, lat, zoom] = (params.at || '').split('_').map(Number);
  return Number.isFinite(zoom) ? { lon, lat, zoom } : null;
};

export const rememberCamera = ({ lon, lat, zoom }) =>
  go({ at: [lon.toFixed(3), lat.toFixed(3), zoom.toFixed(2)].join('_') }, { silent: true });

/** What the address has picked: {kind, id}. */
export function pickOf(params) {
  const [kind, ...rest] = (params.pick || '').split(':');
  return rest.length ? { kind, id: rest.join(':') } : null;
}

export const pick = (hit) => go({ pick: hit ? `${hit.kind}:${hit.id}` : '' }, { replace: true });

/** Lines to read under the pointer; `more` adds to those of a link or place. */
export function describeHit(hit, now, more = () => []) {
  if (!now) return null;
  const { network, flows, difference } = now;
  if (hit.kind === 'link') {
    const link = network.byId.get(hit.id);
    return link && [...linkLines(link, flows && flows.links[hit.id], difference && (difference.links[hit.id] ?? 0)), ...more(hit, link)];
  }
  const place = network.placeById.get(hit.id);
  return place && [...placeLines(place), ...more(hit, place)];
}

/** Colours of flows by mode, with their words. */
export const modeHues = (c) => [[c.rail, t('mode.rail')], [c.road, t('mode.road')], [c.ship, t('mode.ship')]];

/** Draw a difference where there is one, else flows; with the legend of what `show` has. */
export function drawFlows(map, { network, flows, difference }, { widths, show }) {
  const c = colours();
  const options = { network, colours: c, widths: Number(widths || 1), show };
  let scene;
  let rows;
  if (difference) {
    const values = new Map(Object.entries(difference.links));
    scene = makeScene({ ...options, values, cut: CUT, colourOf: (_, amount) => (amount >= 0 ? c.more : c.less) });
    rows = flowRows({ scene, ink: c.ink, head: t('legend.change'), nothing: t('legend.unchanged'), hues: [[c.more, t('legend.more')], [c.less, t('legend.less')]] });
  } else {
    const values = new Map(Object.entries(flows.links).map(([id, [there, back]]) => [id, there + back]));
    scene = makeScene({ ...options, values });
    rows = flowRows({ scene, ink: c.ink, head: t('legend.flow'), hues: modeHues(c) });
  }
  map.show(scene, makeLegend([...(show.flows ? rows : []), ...networkRows({ scene, colours: c, show })]));
}

/** How wide lines are drawn. */
export const widthSegments = (name, params) =>
  segments(t('map.widths'), name, [['1', '×1'], ['3', '×3'], ['10', '×10']], params.widths || '1', (widths) => go({ widths }, { replace: true }));

/** Whether the difference or the flows are drawn. */
export const shownSegments = (name, value) =>
  segments(t('map.shown'), name, [['difference', t('map.difference')], ['flows', t('map.flows')]], value, (show) => go({ show }, { replace: true }));
