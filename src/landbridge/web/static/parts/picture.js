// Charts of a view as one picture to take away: their titles and drawings one under another, with colours written out.
import { svg } from '../dom.js';
import { t } from '../strings.js';
import { theStudy } from '../study.js';
import { exportRow, handOut } from './exports.js';

const LOOKS = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-opacity', 'fill-opacity', 'font-size', 'text-anchor'];
const FONT = '"Helvetica Neue", Arial, "Liberation Sans", "DejaVu Sans", sans-serif';
const [MARGIN, GAP, WIDE, LINE] = [24, 28, 1126, 18];
const [NAMES, TRACK, WORDS, ROW] = [270, 480, 250, 22];
const LETTERS = 40;

const inkOf = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A drawing that needs no style sheet. */
function copyDrawing(drawing) {
  const copy = drawing.cloneNode(true);
  const [from, to] = [[drawing, ...drawing.querySelectorAll('*')], [copy, ...copy.querySelectorAll('*')]];
  from.forEach((node, i) => {
    const style = getComputedStyle(node);
    for (const look of LOOKS) to[i].setAttribute(look, style.getPropertyValue(look));
    to[i].removeAttribute('class');
    to[i].removeAttribute('style');
  });
  const { width, height } = drawing.viewBox.baseVal;
  copy.setAttribute('width', width);
  copy.setAttribute('height', height);
  return { node: copy, width, height };
}

function wrap(text, letters) {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines.at(-1) && `${lines.at(-1)} ${word}`.length > letters) lines.push(word);
    else lines[lines.length - 1] = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
  }
  return lines;
}

/** Bars of the page, which are boxes there, as a drawing. */
function copyBars(list) {
  const group = svg('g', { 'font-size': 13 });
  let y = 0;
  for (const item of list.children) {
    const lines = wrap(item.querySelector('.bar-name').textContent, LETTERS);
    const high = Math.max(ROW, 16 * lines.length + 4);
    const mid = y + high / 2;
    lines.forEach((words, i) => group.append(svg('text', { x: NAMES - 12, y: mid + 4.5 + 16 * (i - (lines.length - 1) / 2), 'text-anchor': 'end', fill: inkOf('--ink') }, words)));
    for (const piece of item.querySelector('.bar-track').children) {
      const tall = { 'bar-fill': 15, 'bar-range': 2, 'bar-zero': high }[piece.className];
      const x = NAMES + (TRACK * parseFloat(piece.style.left)) / 100;
      const width = piece.style.width ? (TRACK * parseFloat(piece.style.width)) / 100 : 1;
      group.append(svg('rect', { x, y: mid - tall / 2, width, height: tall, fill: getComputedStyle(piece).backgroundColor }));
    }
    group.append(svg('text', { x: NAMES + TRACK + 12, y: mid + 4.5, fill: inkOf('--soft') }, item.querySelector('.bar-words').textContent));
    y += high;
  }
  return { node: group, width: NAMES + TRACK + WORDS, height: y };
}

/** All charts in a box as one SVG: {node, width, height}. */
function drawCharts(box, title, subtitle) {
  const sheet = svg('svg', { xmlns: 'http://www.w3.org/2000/svg', 'font-family': FONT });
  const say = (words, x, y, size, look = {}) => sheet.append(svg('text', { x, y, 'font-size': size, fill: inkOf('--ink'), ...look }, words));
  const ground = svg('rect', { fill: inkOf('--panel') });
  sheet.append(ground);
  say(title, MARGIN, 38, 20, { 'font-weight': 600 });
  say(subtitle, MARGIN, 60, 13, { fill: inkOf('--soft') });
  let [x, y, tallest] = [MARGIN, 84, 0];
  for (const figure of box.querySelectorAll('figure')) {
    const drawing = figure.querySelector('svg.chart');
    const list = figure.querySelector('ul.bars');
    if (!drawing && !list) continue;
    const part = drawing ? copyDrawing(drawing) : copyBars(list);
    if (x > MARGIN && x + part.width > WIDE - MARGIN) [x, y, tallest] = [MARGIN, y + tallest + GAP, 0];
    const about = figure.closest('[data-project]')?.querySelector('h2');
    const caption = wrap([about, figure.querySelector('figcaption')].filter(Boolean).map((one) => one.textContent).join(': '), part.width / 7.6);
    caption.forEach((words, i) => say(words, x, y + 14 + LINE * i, 14, { 'font-weight': 600 }));
    const down = LINE * caption.length + 8;
    if (part.node.tagName === 'svg') {
      part.node.setAttribute('x', x);
      part.node.setAttribute('y', y + down);
    } else {
      part.node.setAttribute('transform', `translate(${x} ${y + down})`);
    }
    sheet.append(part.node);
    x += part.width + GAP;
    tallest = Math.max(tallest, part.height + down);
  }
  const high = y + tallest + 40;
  say(t('export.by', { study: theStudy().title, version: theStudy().version }), MARGIN, high - 14, 11, { fill: inkOf('--soft') });
  for (const [key, value] of [['width', WIDE], ['height', high]]) {
    sheet.setAttribute(key, value);
    ground.setAttribute(key, value);
  }
  sheet.setAttribute('viewBox', `0 0 ${WIDE} ${high}`);
  return { text: new XMLSerializer().serializeToString(sheet), width: WIDE, height: high };
}

async function toPng({ text, width, height }) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [2 * width, 2 * height];
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

/** Buttons that take away the charts in `box` as they stand. */
export function chartExports(box, title, subtitle, name) {
  const draw = () => drawCharts(box, title, subtitle);
  return exportRow(
    [
      { words: t('export.png'), run: async () => handOut(await toPng(draw()), `${name}.png`) },
      { words: t('export.svg'), run: () => handOut(new Blob([draw().text], { type: 'image/svg+xml' }), `${name}.svg`) },
    ],
    t('export.charts'),
  );
}
