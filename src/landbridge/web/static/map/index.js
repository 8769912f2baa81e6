// The map as views use it: one for the page, moved from view to view, drawn by WebGL or as SVG.
//
// A renderer has setScene, setPicked, setColours, jumpTo, zoomBy, fit, resize, and picture.
import { get } from '../api.js';
import { el, fill } from '../dom.js';
import { t } from '../strings.js';
import { isDark, onTheme } from '../theme.js';
import { createFlatMap } from './flat.js';
import { createGlMap, hasWebGl } from './gl.js';
import { palette } from './palette.js';

const outlines = (detail) => get('/api/outlines.geojson', { detail });
export const colours = () => palette(isDark());

let shared = null;

class SharedMap {
  constructor() {
    this.canvas = el('div', { class: 'map-canvas' });
    this.tip = el('div', { class: 'map-tip', hidden: true, 'aria-hidden': 'true' });
    this.legend = el('div', { class: 'map-legend' });
    this.credit = el('p', { class: 'map-credit' });
    this.note = el('p', { class: 'map-note', hidden: true });
    const zoom = (step) => () => this.renderer && this.renderer.zoomBy(step);
    this.element = el(
      'section',
      { class: 'map', 'aria-label': t('map.label'), 'data-drawn': '0', 'data-ready': '0' },
      el(
        'div',
        { class: 'map-stage' },
        this.canvas,
        el(
          'div',
          { class: 'map-buttons' },
          el('button', { type: 'button', 'aria-label': t('map.in'), title: t('map.in'), on: { click: zoom(0.7) } }, '+'),
          el('button', { type: 'button', 'aria-label': t('map.out'), title: t('map.out'), on: { click: zoom(-0.7) } }, '\u2212'),
          el('button', { type: 'button', 'aria-label': t('map.home'), title: t('map.home'), on: { click: () => this.home() } }, '⤢'),
        ),
        this.legend,
        this.note,
        this.tip,
      ),
      // Under the map, not over it: Chromium's software compositor leaves out what an opaque bar mirrors on a canvas.
      this.credit,
    );
    this.camera = null;
    this.handlers = {};
    this.making = null;
    this.scene = null;
    onTheme(() => {
      if (!this.renderer) return;
      this.renderer.setColours(colours());
      if (this.handlers.redraw) this.handlers.redraw();
    });
    new ResizeObserver(() => {
      if (this.renderer && this.element.isConnected && this.canvas.clientWidth > 0) this.renderer.resize();
    }).observe(this.canvas);
  }

  /** Show the map in a box. `handlers`: describe(hit), pick(hit), move(camera), redraw(), home(), drawn(), ready(). */
  async attach(box, handlers, camera) {
    this.handlers = handlers;
    this.tip.hidden = true;
    box.append(this.element);
    if (camera) this.camera = camera;
    this.making ||= this.make(camera);
    await this.making;
    this.renderer.resize();
    if (camera) this.renderer.jumpTo(camera);
  }

  async make(camera) {
    const flat = new URLSearchParams(location.search).get('map') === 'svg';
    const options = {
      camera: camera || this.camera || { lon: 50, lat: 42, zoom: 3.2 },
      colours: colours(),
      outlines,
      onHover: (hit, point) => this.hover(hit, point),
      onPick: (hit) => this.handlers.pick && this.handlers.pick(hit),
      onMove: (at) => {
        this.camera = at;
        if (this.handlers.move) this.handlers.move(at);
      },
      onDrawn: () => this.tell('drawn'),
      onReady: () => this.tell('ready'),
    };
    get('/api/outlines').then((told) => {
      this.credit.textContent = `${t('map.source')} ${told.source}. ${told.point_of_view}.`;
    });
    if (flat || !hasWebGl()) {
      if (!flat) this.say(t('map.flat'));
      this.renderer = await createFlatMap(this.canvas, options);
      return;
    }
    try {
      this.renderer = await createGlMap(this.canvas, options);
    } catch (fault) {
      console.info(fault);
      this.say(t('map.flat'));
      fill(this.canvas);
      this.renderer = await createFlatMap(this.canvas, options);
    }
  }

  say(words) {
    this.note.textContent = words;
    this.note.hidden = !words;
  }

  /** Draw a scene and its legend. */
  show(scene, legend) {
    this.scene = scene;
    this.legendRows = legend;
    Object.assign(this.element.dataset, { drawn: '0', ready: '0' });
    this.renderer.setScene(scene);
    fill(this.legend, legend.element);
  }

  /** Say on the element how far the map is: `drawn` with its lines, `ready` with every name. */
  tell(word) {
    if (!this.scene || this.element.dataset[word] === '1') return;
    this.element.dataset[word] = '1';
    this.element.dataset.renderer = this.renderer.kind;
    if (this.handlers[word]) this.handlers[word]();
  }

  pick(hit) {
    this.renderer.setPicked(hit);
  }

  /** Show a window whole; `beside` the legend where there is room for both. */
  fit(bounds, padding, { beside = false } = {}) {
    const wide = this.legend.offsetWidth;
    this.renderer.fit(bounds, padding, beside && this.canvas.clientWidth > 2 * wide ? wide : 0);
  }

  home() {
    if (this.handlers.home) this.handlers.home();
  }

  hover(hit, point) {
    const lines = hit && this.handlers.describe ? this.handlers.describe(hit) : null;
    if (!lines || !point) {
      this.tip.hidden = true;
      return;
    }
    fill(this.tip, lines.map((line, i) => el(i === 0 ? 'strong' : 'span', {}, line)));
    this.tip.hidden = false;
    const [wide, high] = [this.canvas.clientWidth, this.canvas.clientHeight];
    const left = point.x + 16 + this.tip.offsetWidth > wide ? point.x - 12 - this.tip.offsetWidth : point.x + 16;
    const top = Math.min(point.y + 12, high - this.tip.offsetHeight - 6);
    this.tip.style.setProperty('left', `${Math.max(4, left)}px`);
    this.tip.style.setProperty('top', `${Math.max(4, top)}px`);
  }

  /** The map as it stands with its title, legend and sources, as a PNG. */
  async png(title, subtitle) {
    const { drawSheet } = await import('./sheet.js');
    const picture = await this.renderer.picture();
    const ratio = picture.width / this.canvas.clientWidth;
    return drawSheet({ picture, ratio, title, subtitle, legend: this.legendRows.rows, credit: this.credit.textContent, colours: colours() });
  }
}

export function theMap() {
  shared ||= new SharedMap();
  return shared;
}
