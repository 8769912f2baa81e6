// From links and what they carry to what is drawn: one list of strokes that both renderers follow, so that the
// legend is right for either. Widths are linear in tonnes; nothing here rounds a width up but the hairline.
import { modeOf } from './palette.js';

export const WIDEST = 16;
export const HAIRLINE = 0.9;
const GAP = 0.8;
/** Where the greatest amount is less, nothing is drawn: it is the residual of the equilibrium. */
const LEAST_T_YEAR = 100;
/** Changes under this part of the greatest are left out of a difference. */
export const CUT = 0.01;
const BASE = { open: 0.9, planned: 1.4, shut: 1.2 };

const nice = (value) => {
  const power = 10 ** Math.floor(Math.log10(value));
  return [5, 2, 1].find((step) => step * power <= value) * power;
};

/** Values whose widths the legend shows: the greatest round one drawn, and two below it. */
export function sampleValues(full) {
  if (!(full > 0)) return [];
  const first = nice(full);
  return [first, nice(first / 3), nice(first / 12)];
}

/** A line with its ends in alphabetical order, so that modes of one stretch lie side by side. */
function straightened(link) {
  return link.from <= link.to ? link.coords : [...link.coords].reverse();
}

/** What is drawn.
 *
 * `values` maps link ids to tonnes a year (below zero: less than in the comparison) or is null for the network
 * alone. `colourOf(link, value)` names the colour of a flow. `widths` multiplies all widths. `show` says which
 * layers are wanted: {flows, open, planned, shut, places, delays}. Amounts under `cut` times the greatest are left
 * out.
 */
export function makeScene({ network, values, colours, colourOf, widths = 1, show, cut = 0, full: given = null }) {
  const by = colourOf || ((link) => colours[modeOf(link.mode)]);
  const drawn = network.links.filter((link) => link.coords && link.coords.length > 1);
  const value = (link) => (values && show.flows ? (values.get(link.id) ?? 0) : 0);
  const scaled = drawn.filter((link) => !link.ocean);
  const most = given ?? Math.max(0, ...scaled.map((link) => Math.abs(value(link))));
  const full = most >= LEAST_T_YEAR ? most : 0;
  const least = Math.max(0.5, cut * full);
  const per = full > 0 ? (WIDEST * widths) / full : 0;

  const lines = [];
  const crosses = [];
  const bundles = new Map();
  for (const link of drawn) {
    const amount = value(link);
    const moves = full > 0 && Math.abs(amount) > least;
    if (moves && !link.ocean) {
      const pair = [link.from, link.to].sort().join('|');
      if (!bundles.has(pair)) bundles.set(pair, []);
      bundles.get(pair).push([link, amount]);
    } else if (show[link.status] !== false) {
      lines.push(baseLine(link, colours, moves ? by(link, amount) : null));
      if (link.status === 'shut') crosses.push(middle(link.coords));
    }
  }
  for (const members of bundles.values()) {
    members.sort(([a], [b]) => a.mode.localeCompare(b.mode) || a.id.localeCompare(b.id));
    const wide = members.map(([, amount]) => Math.max(HAIRLINE, Math.abs(amount) * per));
    let at = -(wide.reduce((sum, w) => sum + w, 0) + GAP * (wide.length - 1)) / 2;
    members.forEach(([link, amount], i) => {
      lines.push({
        id: link.id,
        coords: straightened(link),
        colour: by(link, amount),
        width: wide[i],
        offset: at + wide[i] / 2,
        dash: link.status === 'planned' ? 'dash' : 'solid',
        casing: wide[i] > 1.6,
        order: 1000 - wide[i],
      });
      at += wide[i] + GAP;
    });
  }
  lines.sort((a, b) => a.order - b.order);
  return { lines, crosses, places: placesOf(network, colours, show), full, per, least: cut > 0 ? least : 0, ocean: drawn.some((link) => link.ocean) };
}

function baseLine(link, colours, flow) {
  const line = { id: link.id, coords: link.coords, offset: 0, casing: false, order: 0 };
  if (link.ocean) return { ...line, dash: 'dot', width: 1.4, colour: flow || colours.ocean };
  const status = BASE[link.status] ? link.status : 'open';
  return { ...line, dash: status === 'planned' ? 'dash' : 'solid', width: BASE[status], colour: colours[status] };
}

function middle(coords) {
  const half = (coords.length - 1) / 2;
  const [a, b] = [coords[Math.floor(half)], coords[Math.ceil(half)]];
  return coords.length % 2 ? coords[half] : [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

export const DELAY_KINDS = ['border', 'port', 'terminal', 'strait'];
/** Radius in pixels of a delay: its circle's area is proportional to the hours. */
export const delayRadius = (hours) => Math.min(22, 1.15 * Math.sqrt(Math.max(0, hours)));

function placesOf(network, colours, show) {
  const ranked = [...network.places].sort((a, b) => (b.importance ?? 0) - (a.importance ?? 0) || a.id.localeCompare(b.id));
  return ranked.map((place, rank) => {
    const delayed = show.delays && place.delay_h > 0.5;
    return {
      id: place.id,
      lon: place.lon,
      lat: place.lat,
      name: place.name,
      kind: place.kind,
      rank,
      zoom: rank < 16 ? 0 : rank < 45 ? 4.1 : rank < 110 ? 5.1 : 6.1,
      dot: show.places,
      named: show.places,
      radius: delayed ? delayRadius(place.delay_h) : 0,
      colour: colours.delay,
    };
  });
}

/** West, south, east, north of the middle part of the places: where a map opens. */
export function boundsOf(points, share = 1) {
  const cut = (list) => {
    const sorted = [...list].sort((a, b) => a - b);
    const off = Math.floor(((1 - share) / 2) * sorted.length);
    return [sorted[off], sorted[sorted.length - 1 - off]];
  };
  const [west, east] = cut(points.map(([lon]) => lon));
  const [south, north] = cut(points.map(([, lat]) => lat));
  return [west, south, east, north];
}
