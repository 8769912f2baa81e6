// The map as SVG in an equal-area projection, where WebGL is missing or `?map=svg` asks for it.
import { fill, svg } from '../dom.js';
import { placeLabels } from './labels.js';
import { lambert } from './projection.js';

const RAD = Math.PI / 180;
const FINE_FROM = 5;
const DASHES = { solid: null, dash: (w) => `${3 * w} ${2 * w}`, dot: (w) => `${0.2 * w} ${2.2 * w}` };

/** A map in `container`; see map/index.js for what its methods mean. */
export async function createFlatMap(container, { camera, colours, outlines, onHover, onPick, onMove, onDrawn, onReady }) {
  let view = { ...camera };
  let scene = { lines: [], crosses: [], places: [] };
  let picked = null;
  let c = colours;
  const land = { coarse: await outlines('coarse'), fine: null };
  const sheet = svg('svg', { class: 'flat-map', tabindex: '0', role: 'application' });
  const drawing = svg('g');
  sheet.append(drawing);
  container.append(sheet);

  const size = () => [container.clientWidth || 800, container.clientHeight || 600];
  const scaleOf = () => (512 * 2 ** view.zoom) / (2 * Math.PI) / Math.cos(view.lat * RAD);

  function projector() {
    const [width, height] = size();
    const projection = lambert(view.lon, view.lat);
    const scale = scaleOf();
    return {
      page(lon, lat) {
        const at = projection.forward(lon, lat);
        return at && [width / 2 + at[0] * scale, height / 2 - at[1] * scale];
      },
      place(x, y) {
        return projection.inverse((x - width / 2) / scale, (height / 2 - y) / scale);
      },
    };
  }

  function path(rings, page, [width, height]) {
    let text = '';
    for (const ring of rings) {
      let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
      const points = [];
      for (const [lon, lat] of ring) {
        const at = page(lon, lat);
        if (!at) continue;
        points.push(`${at[0].toFixed(1)} ${at[1].toFixed(1)}`);
        [west, east] = [Math.min(west, at[0]), Math.max(east, at[0])];
        [north, south] = [Math.min(north, at[1]), Math.max(south, at[1])];
      }
      const seen = west < width + 20 && east > -20 && north < height + 20 && south > -20;
      if (seen && points.length > 3 && (east - west > 1 || south - north > 1)) text += `M${points.join('L')}Z`;
    }
    return text;
  }

  /** A line moved to the right of its way by `by` pixels. */
  function shifted(points, by) {
    if (Math.abs(by) < 0.05) return points;
    return points.map(([x, y], i) => {
      const [a, b] = [points[Math.max(0, i - 1)], points[Math.min(points.length - 1, i + 1)]];
      const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
      const long = Math.hypot(dx, dy) || 1;
      return [x - (by * dy) / long, y + (by * dx) / long];
    });
  }

  function draw() {
    const frame = size();
    const [width, height] = frame;
    const { page } = projector();
    sheet.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const background = view.zoom >= FINE_FROM && land.fine ? land.fine : land.coarse;
    const countries = [];
    const wishes = [];
    for (const { properties, geometry } of background.features) {
      if (properties.kind === 'country') {
        const d = geometry.coordinates.map((rings) => path(rings, page, frame)).join('');
        if (d) {
          countries.push(
            svg('path', { d, fill: c.land, stroke: c.coast, 'stroke-width': 0.8, 'fill-rule': 'evenodd', 'data-kind': 'state', 'data-id': properties.code }),
          );
        }
      } else {
        const at = page(...geometry.coordinates);
        const radius = properties.size * RAD * scaleOf() * Math.cos(geometry.coordinates[1] * RAD);
        if (at && radius > 26) wishes.push({ x: at[0], y: at[1], text: properties.name, size: 11.5, spacing: 1.5, centred: true, country: true, radius });
      }
    }
    const drawn = scene.lines
      .map((line) => ({ line, points: line.coords.map(([lon, lat]) => page(lon, lat)).filter(Boolean) }))
      .filter(({ points }) => points.length > 1);
    const stroke = ({ line, points }, extra = {}) =>
      svg('polyline', {
        points: shifted(points, line.offset).map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' '),
        stroke: line.colour,
        'stroke-width': line.width,
        'stroke-dasharray': DASHES[line.dash] ? DASHES[line.dash](line.width) : null,
        'stroke-linecap': line.dash === 'dash' ? 'butt' : 'round',
        ...extra,
      });
    const look = { fill: 'none', 'stroke-linejoin': 'round' };
    const casing = drawn.filter(({ line }) => line.casing);
    const chosen = drawn.filter(({ line }) => picked && picked.kind === 'link' && line.id === picked.id);
    const places = scene.places
      .map((place) => ({ place, at: page(place.lon, place.lat) }))
      .filter(({ at }) => at && at[0] > -20 && at[1] > -20 && at[0] < width + 20 && at[1] < height + 20);
    const near = places.filter(({ place }) => place.dot && place.zoom <= view.zoom);
    for (const { place, at } of near) wishes.push({ x: at[0], y: at[1], text: place.name, size: 12.5, gap: 6, rank: place.rank });
    wishes.sort((a, b) => (a.country ? 8 + 400 / a.radius : a.rank) - (b.country ? 8 + 400 / b.radius : b.rank));

    fill(
      drawing,
      svg('rect', { width, height, fill: c.water }),
      svg('g', {}, countries),
      svg('g', look, chosen.map((one) => stroke(one, { stroke: c.pick, 'stroke-width': one.line.width + 9, 'stroke-opacity': 0.9 }))),
      svg('g', look, casing.map((one) => stroke(one, { stroke: c.halo, 'stroke-opacity': 0.8, 'stroke-width': one.line.width + 1.4, 'stroke-dasharray': null }))),
      svg('g', look, drawn.map((one) => stroke(one))),
      svg(
        'g',
        { fill: c.shut, 'font-size': 15, 'text-anchor': 'middle', 'font-weight': 'bold', 'aria-hidden': 'true' },
        scene.crosses.map(([lon, lat]) => page(lon, lat)).filter(Boolean).map(([x, y]) => svg('text', { x, y: y + 5 }, '×')),
      ),
      svg(
        'g',
        {},
        places.filter(({ place }) => place.radius > 0).map(({ place, at }) =>
          svg('circle', { cx: at[0], cy: at[1], r: place.radius, fill: place.colour, 'fill-opacity': 0.28, stroke: place.colour, 'data-kind': 'place', 'data-id': place.id }),
        ),
      ),
      svg(
        'g',
        { stroke: c.ink, fill: c.halo, 'stroke-width': 1.2 },
        near.map(({ place, at }) =>
          svg('circle', {
            cx: at[0],
            cy: at[1],
            r: picked && picked.kind === 'place' && picked.id === place.id ? 7 : 2.6,
            stroke: picked && picked.kind === 'place' && picked.id === place.id ? c.pick : null,
            'data-kind': 'place',
            'data-id': place.id,
          }),
        ),
      ),
      svg(
        'g',
        { class: 'hits', fill: 'none', 'stroke-opacity': 0 },
        drawn.map((one) => stroke(one, { 'stroke-width': one.line.width + 8, 'stroke-dasharray': null, 'data-kind': 'link', 'data-id': one.line.id })),
      ),
      svg(
        'g',
        { 'paint-order': 'stroke', 'stroke-width': 3, 'stroke-linejoin': 'round', 'font-family': '"DejaVu Sans","Liberation Sans",Arial,sans-serif', 'pointer-events': 'none' },
        placeLabels(wishes, width, height).map((label) =>
          svg(
            'text',
            { x: label.left, y: label.base, 'font-size': label.size, 'letter-spacing': label.spacing || null, fill: label.country ? c.quiet : c.ink, stroke: label.country ? c.land : c.halo },
            label.text,
          ),
        ),
      ),
    );
    onDrawn();
    onReady();
  }

  let asked = false;
  async function moved() {
    if (!asked && view.zoom >= FINE_FROM) {
      asked = true;
      outlines('fine').then((data) => {
        const names = land.coarse.features.filter((one) => one.properties.kind === 'name');
        land.fine = { features: [...data.features.filter((one) => one.properties.kind === 'country'), ...names] };
        draw();
      });
    }
    draw();
    onMove({ ...view });
  }

  const hitOf = (event) => {
    const { kind, id } = event.target.dataset || {};
    return kind ? { kind, id } : null;
  };
  let grip = null;
  const spot = (event) => {
    const box = sheet.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  sheet.addEventListener('pointerdown', (event) => {
    grip = { ...spot(event), moved: false, id: event.pointerId };
  });
  sheet.addEventListener('pointermove', (event) => {
    const at = spot(event);
    if (!grip) {
      const hit = hitOf(event);
      onHover(hit && hit.kind !== 'state' ? hit : null, at);
      return;
    }
    const [dx, dy] = [at.x - grip.x, at.y - grip.y];
    if (!grip.moved && Math.hypot(dx, dy) < 4) return;
    if (!grip.moved) sheet.setPointerCapture(grip.id);
    grip.moved = true;
    drawing.setAttribute('transform', `translate(${dx} ${dy})`);
  });
  sheet.addEventListener('pointerup', (event) => {
    if (grip && grip.moved) {
      const [width, height] = size();
      const at = spot(event);
      const centre = projector().place(width / 2 - (at.x - grip.x), height / 2 - (at.y - grip.y));
      drawing.removeAttribute('transform');
      if (centre) view = { ...view, lon: centre[0], lat: Math.max(-75, Math.min(80, centre[1])) };
      moved();
    } else if (grip) {
      onPick(hitOf(event));
    }
    grip = null;
  });
  sheet.addEventListener('pointerleave', () => onHover(null));
  sheet.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      api.zoomBy(event.deltaY < 0 ? 0.5 : -0.5);
    },
    { passive: false },
  );
  sheet.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: [-80, 0], ArrowRight: [80, 0], ArrowUp: [0, -80], ArrowDown: [0, 80] }[event.key];
    if (step) {
      const [width, height] = size();
      const centre = projector().place(width / 2 + step[0], height / 2 + step[1]);
      if (centre) api.jumpTo({ ...view, lon: centre[0], lat: centre[1] });
    } else if (event.key === '+' || event.key === '=') api.zoomBy(0.5);
    else if (event.key === '-') api.zoomBy(-0.5);
    else return;
    event.preventDefault();
  });

  const api = {
    kind: 'svg',
    setScene(next) {
      scene = next;
      draw();
    },
    setPicked(next) {
      picked = next;
      draw();
    },
    setColours(next) {
      c = next;
      draw();
    },
    jumpTo(next) {
      view = { ...view, ...next };
      moved();
    },
    zoomBy: (step) => api.jumpTo({ ...view, zoom: Math.max(1, Math.min(12, view.zoom + step)) }),
    fit([west, south, east, north], padding = 40, left = 0) {
      const [width, height] = size();
      view = { lon: (west + east) / 2, lat: (south + north) / 2, zoom: 3 };
      const { page } = projector();
      const corners = [west, (west + east) / 2, east].flatMap((lon) => [south, (south + north) / 2, north].map((lat) => page(lon, lat))).filter(Boolean);
      const wide = Math.max(...corners.map(([x]) => x)) - Math.min(...corners.map(([x]) => x));
      const high = Math.max(...corners.map(([, y]) => y)) - Math.min(...corners.map(([, y]) => y));
      const zoom = 3 + Math.log2(Math.min((width - left - 2 * padding) / Math.max(1, wide), (height - 2 * padding) / Math.max(1, high)));
      view = { ...view, zoom: Math.max(1, Math.min(8, zoom)) };
      const middle = projector().place((width - left) / 2, height / 2);
      api.jumpTo({ ...view, lon: middle ? middle[0] : view.lon });
    },
    resize: draw,
    async picture() {
      const [width, height] = size();
      const copy = sheet.cloneNode(true);
      copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
      copy.setAttribute('width', width);
      copy.setAttribute('height', height);
      const image = new Image();
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [width, height];
      canvas.getContext('2d').drawImage(image, 0, 0);
      return canvas;
    },
  };
  draw();
  return api;
}
