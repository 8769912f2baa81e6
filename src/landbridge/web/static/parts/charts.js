// Small charts as SVG, drawn from plain data. Every chart has words for those who do not see it.
import { el, svg } from '../dom.js';
import { compact, number } from '../format.js';

const PARTS = ['tariff', 'handling', 'fees', 'penalty', 'carbon', 'running', 'waiting', 'dwell', 'border', 'queue', 'reliability'];
/** Colour of a part of a cost: those of the brief, set in parts.css for either theme. */
export const partColour = (part) => (PARTS.includes(part) ? `var(--part-${part})` : '#888888');
export const FAN = { wide: '#86b3d6', narrow: '#3f7cac' };

const swatch = (colour) => svg('svg', { width: 13, height: 13, 'aria-hidden': 'true' }, svg('rect', { x: 0.5, y: 0.5, width: 12, height: 12, rx: 2, fill: colour, stroke: 'var(--soft)' }));

/** A key of colours: [[colour, words]]. */
export const keyOf = (rows) => el('div', { class: 'key' }, rows.map(([colour, words]) => el('span', {}, swatch(colour), words)));

/** A picture with its title above and its key below. */
export const chart = (title, picture, ...below) => el('figure', {}, title && el('figcaption', {}, title), picture, below);

/** A round step that gives about `n` ticks up to `most`. */
export function niceStep(most, n = 4) {
  if (!(most > 0)) return 1;
  const raw = most / n;
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 2.5, 5, 10].find((step) => step * power >= raw) * power;
}

const ticks = (low, high, n) => {
  const step = niceStep(high - low, n);
  const out = [];
  for (let at = Math.ceil(low / step) * step; at <= high + 1e-9 * step; at += step) out.push(Math.abs(at) < 1e-9 * step ? 0 : at);
  return out;
};

/** One bar cut into parts: [[colour, value, words]], as long as its share of `most`. */
export function stackedBar(parts, most, label) {
  const [wide, high] = [560, 22];
  let at = 0;
  const inside = parts
    .filter(([, value]) => value > 0)
    .map(([colour, value, words]) => {
      const long = (wide * value) / (most || 1);
      const piece = svg('rect', { x: at, y: 0, width: Math.max(0, long - 0.6), height: high, fill: colour }, svg('title', {}, words));
      at += long;
      return piece;
    });
  return svg('svg', { class: 'chart', viewBox: `0 0 ${wide} ${high}`, role: 'img', 'aria-label': label, preserveAspectRatio: 'none', style: { height: '20px' } }, inside);
}

/** Horizontal bars around zero: rows of {name, value, low, high, words}. Names wrap and are never cut. */
export function bars(rows, { label, colour = 'var(--accent)', negative = 'var(--loss)', show = number }) {
  const least = Math.min(0, ...rows.map((one) => one.low ?? one.value));
  const most = Math.max(0, ...rows.map((one) => one.high ?? one.value));
  const span = most - least || 1;
  const at = (value) => (100 * (value - least)) / span;
  const piece = (look, from, to, fill) =>
    el('span', { class: look, style: { left: `${at(from)}%`, width: `${Math.max(0.4, at(to) - at(from))}%`, ...(fill ? { background: fill } : {}) } });
  return el(
    'ul',
    { class: 'bars', 'aria-label': label },
    rows.map((one) =>
      el(
        'li',
        {},
        el('span', { class: 'bar-name' }, one.name),
        el(
          'span',
          { class: 'bar-track', 'aria-hidden': 'true' },
          piece('bar-fill', Math.min(0, one.value), Math.max(0, one.value), one.value < 0 ? negative : (one.colour ?? colour)),
          one.low !== undefined && one.low !== null && piece('bar-range', one.low, one.high),
          el('span', { class: 'bar-zero', style: { left: `${at(0)}%` } }),
        ),
        el('span', { class: 'bar-words' }, one.words ?? show(one.value)),
      ),
    ),
  );
}

/** A fan over years: {years, p05, p25, p50, p75, p95}, all in one unit; years without values are left out. */
export function fan(whole, { label, show = number, mark = null }) {
  const known = whole.years.map((_, i) => i).filter((i) => whole.p50[i] !== null);
  const keys = ['years', 'p05', 'p25', 'p50', 'p75', 'p95'].filter((key) => whole[key]);
  const one = Object.fromEntries(keys.map((key) => [key, known.map((i) => whole[key][i])]));
  const [wide, high, left, bottom, top, right] = [340, 190, 62, 24, 10, 18];
  const all = [...one.p05, ...one.p95].filter(Number.isFinite);
  const low = Math.min(0, ...all);
  const most = Math.max(...all, low + 1e-9);
  const x = (year) => left + ((year - one.years[0]) / (one.years.at(-1) - one.years[0] || 1)) * (wide - left - right);
  const y = (value) => high - bottom - ((value - low) / (most - low)) * (high - bottom - top);
  const line = (values) => values.map((value, i) => `${x(one.years[i]).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const band = (a, b, fill, words) =>
    svg('polygon', { points: `${line(a)} ${[...b].map((value, i) => `${x(one.years[i]).toFixed(1)},${y(value).toFixed(1)}`).reverse().join(' ')}`, fill }, svg('title', {}, words));
  return svg(
    'svg',
    { class: 'chart', viewBox: `0 0 ${wide} ${high}`, role: 'img', 'aria-label': label },
    ticks(low, most, 4).map((value) => [
      svg('line', { class: 'rule', x1: left, x2: wide - right, y1: y(value), y2: y(value) }),
      svg('text', { class: 'soft', x: left - 6, y: y(value) + 4, 'text-anchor': 'end' }, show(value)),
    ]),
    band(one.p05, one.p95, FAN.wide, '5–95%'),
    band(one.p25, one.p75, FAN.narrow, '25–75%'),
    svg('polyline', { points: line(one.p50), fill: 'none', stroke: '#ffffff', 'stroke-width': 4, 'stroke-opacity': 0.7 }),
    svg('polyline', { points: line(one.p50), fill: 'none', stroke: '#10283f', 'stroke-width': 2.2 }),
    mark !== null && mark >= one.years[0] && mark <= one.years.at(-1) && svg('line', { x1: x(mark), x2: x(mark), y1: top, y2: high - bottom, stroke: 'var(--focus)', 'stroke-width': 1.5 }),
    one.years.map((year, i) =>
      one.years.length <= 6 || i % Math.ceil(one.years.length / 5) === 0 ? svg('text', { class: 'soft', x: x(year), y: high - 7, 'text-anchor': 'middle' }, year) : null,
    ),
  );
}

/** Observed against modelled on logarithmic axes: rows of {observed, modelled, miss, words}; within a factor of `band`. */
export function scatter(rows, { label, xTitle, yTitle, band = 2, pick = null }) {
  const [wide, high, left, bottom, top, right] = [600, 520, 66, 48, 14, 16];
  const sizes = rows.flatMap((one) => [one.observed, one.modelled]).filter((value) => value > 0);
  const low = Math.floor(Math.log10(Math.min(...sizes)));
  const most = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...sizes))));
  const scale = (value) => (Math.log10(Math.max(value, 10 ** low)) - low) / (most - low);
  const x = (value) => left + scale(value) * (wide - left - right);
  const y = (value) => high - bottom - scale(value) * (high - bottom - top);
  const powers = Array.from({ length: most - low + 1 }, (_, i) => 10 ** (low + i));
  const [first, last] = [10 ** low, 10 ** most];
  const off = (by, dash) =>
    svg('line', { x1: x(by < 1 ? first / by : first), y1: y(by < 1 ? first : first * by), x2: x(by > 1 ? last / by : last), y2: y(by > 1 ? last : last * by), stroke: 'var(--soft)', 'stroke-width': 1, 'stroke-dasharray': dash });
  return svg(
    'svg',
    { class: 'chart', viewBox: `0 0 ${wide} ${high}`, role: 'img', 'aria-label': label },
    powers.map((value) => [
      svg('line', { class: 'rule', x1: x(value), x2: x(value), y1: top, y2: high - bottom }),
      svg('line', { class: 'rule', x1: left, x2: wide - right, y1: y(value), y2: y(value) }),
      svg('text', { class: 'soft', x: x(value), y: high - bottom + 17, 'text-anchor': 'middle' }, compact(value)),
      svg('text', { class: 'soft', x: left - 7, y: y(value) + 4, 'text-anchor': 'end' }, compact(value)),
    ]),
    off(1, null),
    off(band, '5 4'),
    off(1 / band, '5 4'),
    rows.map((one) =>
      svg(
        'circle',
        { cx: x(one.observed), cy: y(one.modelled), r: one.miss ? 5 : 4, fill: one.miss ? 'var(--bad)' : 'var(--accent)', 'fill-opacity': 0.75, stroke: 'var(--panel)', on: pick ? { click: () => pick(one) } : {} },
        svg('title', {}, one.words),
      ),
    ),
    svg('text', { x: (left + wide - right) / 2, y: high - 8, 'text-anchor': 'middle' }, xTitle),
    svg('text', { x: 15, y: (high - bottom) / 2, 'text-anchor': 'middle', transform: `rotate(-90 15 ${(high - bottom) / 2})` }, yTitle),
  );
}

/** Lines of odds over years: [{name, odds: {year: p}}] as a table-like set of small bars. */
export function oddsBar(p) {
  return svg(
    'svg',
    { width: 90, height: 12, viewBox: '0 0 90 12', 'aria-hidden': 'true' },
    svg('rect', { width: 90, height: 12, fill: 'var(--rule)', rx: 2 }),
    svg('rect', { width: 90 * Math.max(0, Math.min(1, p)), height: 12, fill: 'var(--accent)', rx: 2 }),
  );
}
