// The legend: rows as plain data, so that the page and an exported picture show the same.
import { el, svg } from '../dom.js';
import { tonnes } from '../format.js';
import { t } from '../strings.js';
import { delayRadius, HAIRLINE, sampleValues, WIDEST } from './scene.js';

const WIDE = 30;

function sample(row) {
  const high = Math.max(14, (row.width || 0) + 2, 2 * (row.radius || 0) + 2);
  const mid = high / 2;
  const picture = svg('svg', { width: WIDE, height: high, viewBox: `0 0 ${WIDE} ${high}`, 'aria-hidden': 'true' });
  if (row.kind === 'line') {
    const dash = { dash: '6 4', dot: '1 4' }[row.dash];
    picture.append(
      svg('line', { x1: 2, x2: WIDE - 2, y1: mid, y2: mid, stroke: row.colour, 'stroke-width': row.width, 'stroke-dasharray': dash, 'stroke-linecap': row.dash === 'dot' ? 'round' : null }),
    );
    if (row.cross) {
      picture.append(svg('text', { x: WIDE / 2, y: mid + 5, 'text-anchor': 'middle', 'font-size': 15, 'font-weight': 'bold', fill: row.colour }, '×'));
    }
  } else {
    picture.append(svg('circle', { cx: WIDE / 2, cy: mid, r: row.radius, fill: row.colour, 'fill-opacity': row.solid ? 1 : 0.28, stroke: row.stroke || row.colour, 'stroke-width': 1.2 }));
  }
  return picture;
}

/** One row of the legend; a `row` of kind "line" with `items` shows several samples side by side. */
function item(row) {
  if (row.kind === 'words') return el('li', { class: row.head ? 'head' : 'words' }, row.words);
  if (row.kind === 'group') return el('li', { class: 'group' }, row.rows.map((one) => el('span', {}, sample(one), el('span', {}, one.words))));
  return el('li', {}, sample(row), el('span', {}, row.words));
}

/** A legend of rows {kind: "line" | "circle" | "words" | "group", colour, width, dash, cross, radius, words}. */
export function makeLegend(rows) {
  const element = el('details', { open: true }, el('summary', {}, t('legend.title')), el('ul', {}, rows.map(item)));
  return { rows: rows.flatMap((row) => (row.kind === 'group' ? row.rows : [row])), element };
}

const line = (colour, width, words, more = {}) => ({ kind: 'line', colour, width, words, ...more });

/** Rows of a scene of flows. `hues` are [colour, words]; `head` says what the widths mean. */
export function flowRows({ scene, hues, head, ink, nothing = t('legend.nothing') }) {
  const rows = [{ kind: 'words', head: true, words: head }];
  if (scene.per === 0) return [...rows, { kind: 'words', words: nothing }];
  rows.push({ kind: 'group', rows: hues.map(([colour, words]) => line(colour, 5, words)) });
  const samples = sampleValues(Math.min(scene.full, WIDEST / scene.per));
  rows.push({ kind: 'group', rows: samples.map((value) => line(ink, Math.max(HAIRLINE, value * scene.per), tonnes(value))) });
  const [least, words] = scene.least > HAIRLINE / scene.per ? [scene.least, 'legend.least'] : [HAIRLINE / scene.per, 'legend.hairline'];
  rows.push({ kind: 'words', words: t(words, { least: tonnes(least) }) });
  return rows;
}

/** Rows of the network under the flows. */
export function networkRows({ scene, colours, show }) {
  const status = [
    show.planned !== false && line(colours.planned, 1.6, t('legend.planned'), { dash: 'dash' }),
    show.shut !== false && line(colours.shut, 1.4, t('legend.shut'), { cross: true }),
    show.open !== false && line(colours.open, 1.2, t('legend.open')),
  ].filter(Boolean);
  const rows = status.length ? [{ kind: 'group', rows: status }] : [];
  if (scene.ocean) rows.push(line(colours.ocean, 2, t('legend.ocean'), { dash: 'dot' }));
  if (show.delays) {
    const circle = (hours) => ({ kind: 'circle', colour: colours.delay, radius: delayRadius(hours), words: t('unit.h', { n: hours }) });
    rows.push({ kind: 'words', head: true, words: t('legend.delay') }, { kind: 'group', rows: [24, 96].map(circle) });
  }
  return rows;
}
