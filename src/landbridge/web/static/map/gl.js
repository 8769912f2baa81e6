// The map drawn by MapLibre GL JS, which the server hands out from an installed wheel. Nothing is animated.

let library = null;

function loadLibrary() {
  library ||= new Promise((resolve, reject) => {
    const style = document.createElement('link');
    Object.assign(style, { rel: 'stylesheet', href: '/maplibre/maplibre-gl.css' });
    const script = document.createElement('script');
    Object.assign(script, { src: '/maplibre/maplibre-gl.js', onload: () => resolve(window.maplibregl), onerror: reject });
    document.head.append(style, script);
  });
  return library;
}

/** Whether this browser can draw it. */
export function hasWebGl() {
  try {
    const canvas = document.createElement('canvas');
    return Boolean(canvas.getContext('webgl2') || canvas.getContext('webgl'));
  } catch {
    return false;
  }
}

const FINE_FROM = 5;
const FINE_AFTER_MS = 1000;
const EMPTY = { type: 'FeatureCollection', features: [] };
const collection = (features) => ({ type: 'FeatureCollection', features });
const feature = (kind, coordinates, properties) => ({ type: 'Feature', properties, geometry: { type: kind, coordinates } });
const FONT = ['DejaVu Sans'];
const DASHES = { solid: null, dash: [3, 2], dot: [0.2, 2.2] };

/** Zoom from which a circle of so many degrees is wide enough for a country's name. */
const nameZoom = (size) => Math.log2((26 * 360) / (512 * Math.max(0.02, size)));

function style(c) {
  const round = { 'line-cap': 'round', 'line-join': 'round', 'line-sort-key': ['get', 'order'] };
  const line = (id, dash, extra = {}) => ({
    id,
    type: 'line',
    source: 'lines',
    filter: ['==', ['get', 'dash'], dash],
    layout: dash === 'dash' ? { ...round, 'line-cap': 'butt' } : round,
    paint: {
      'line-color': ['get', 'colour'],
      'line-width': ['get', 'width'],
      'line-offset': ['get', 'offset'],
      ...(DASHES[dash] ? { 'line-dasharray': DASHES[dash] } : {}),
      ...extra,
    },
  });
  const land = (id, source, range) => [
    { id, type: 'fill', source, ...range, filter: ['==', ['get', 'kind'], 'country'], paint: { 'fill-color': c.land } },
    {
      id: `${id}-line`,
      type: 'line',
      source,
      ...range,
      filter: ['==', ['get', 'kind'], 'country'],
      paint: { 'line-color': c.coast, 'line-width': 0.8 },
    },
  ];
  const text = { 'text-font': FONT, 'text-max-width': 9 };
  const halo = { 'text-halo-width': 1.5 };
  return {
    version: 8,
    glyphs: `${location.origin}/glyphs/{fontstack}/{range}.pbf`,
    sources: {
      coarse: { type: 'geojson', data: EMPTY },
      fine: { type: 'geojson', data: EMPTY },
      lines: { type: 'geojson', data: EMPTY, tolerance: 0.1 },
      points: { type: 'geojson', data: EMPTY },
      crosses: { type: 'geojson', data: EMPTY },
    },
    layers: [
      { id: 'water', type: 'background', paint: { 'background-color': c.water } },
      ...land('land', 'coarse', {}),
      ...land('land-fine', 'fine', { minzoom: FINE_FROM }),
      {
        id: 'countries',
        type: 'symbol',
        source: 'coarse',
        filter: ['all', ['==', ['get', 'kind'], 'name'], ['<=', ['get', 'zoom'], ['zoom']]],
        layout: { ...text, 'text-field': ['get', 'name'], 'text-size': 11.5, 'text-letter-spacing': 0.14, 'symbol-sort-key': ['-', ['get', 'size']] },
        paint: { ...halo, 'text-color': c.quiet, 'text-halo-color': c.land },
      },
      line('lines-dot', 'dot'),
      {
        id: 'picked',
        type: 'line',
        source: 'lines',
        filter: ['==', ['get', 'id'], ''],
        layout: round,
        paint: { 'line-color': c.pick, 'line-width': ['+', 9, ['get', 'width']], 'line-offset': ['get', 'offset'], 'line-opacity': 0.9 },
      },
      {
        id: 'casing',
        type: 'line',
        source: 'lines',
        filter: ['==', ['get', 'casing'], true],
        layout: round,
        paint: {
          'line-color': c.halo,
          'line-opacity': 0.8,
          'line-width': ['+', 1.4, ['get', 'width']],
          'line-offset': ['get', 'offset'],
        },
      },
      line('lines-solid', 'solid'),
      line('lines-dash', 'dash'),
      {
        id: 'lines-hit',
        type: 'line',
        source: 'lines',
        layout: { 'line-sort-key': ['get', 'order'] },
        paint: { 'line-color': '#000', 'line-opacity': 0, 'line-width': ['+', 8, ['get', 'width']], 'line-offset': ['get', 'offset'] },
      },
      {
        id: 'crosses',
        type: 'symbol',
        source: 'crosses',
        layout: { ...text, 'text-field': '×', 'text-size': 15, 'text-allow-overlap': true, 'text-ignore-placement': true },
        paint: { ...halo, 'text-color': c.shut, 'text-halo-color': c.land },
      },
      {
        id: 'delays',
        type: 'circle',
        source: 'points',
        filter: ['>', ['get', 'radius'], 0],
        paint: {
          'circle-radius': ['get', 'radius'],
          'circle-color': ['get', 'colour'],
          'circle-opacity': 0.28,
          'circle-stroke-color': ['get', 'colour'],
          'circle-stroke-width': 1.2,
        },
      },
      {
        id: 'dots',
        type: 'circle',
        source: 'points',
        filter: ['all', ['==', ['get', 'dot'], true], ['<=', ['get', 'zoom'], ['zoom']]],
        paint: { 'circle-radius': 2.6, 'circle-color': c.halo, 'circle-stroke-color': c.ink, 'circle-stroke-width': 1.2 },
      },
      {
        id: 'picked-place',
        type: 'circle',
        source: 'points',
        filter: ['==', ['get', 'id'], ''],
        paint: { 'circle-radius': 9, 'circle-color': c.pick, 'circle-opacity': 0.4, 'circle-stroke-color': c.pick, 'circle-stroke-width': 3 },
      },
      {
        id: 'names',
        type: 'symbol',
        source: 'points',
        filter: ['all', ['==', ['get', 'named'], true], ['<=', ['get', 'zoom'], ['zoom']]],
        layout: {
          ...text,
          'text-field': ['get', 'name'],
          'text-size': 12.5,
          'symbol-sort-key': ['get', 'rank'],
          'text-variable-anchor': ['left', 'right', 'top', 'bottom', 'top-left', 'bottom-right'],
          'text-radial-offset': 0.55,
          'text-justify': 'auto',
          'text-padding': 3,
        },
        paint: { ...halo, 'text-color': c.ink, 'text-halo-color': c.halo },
      },
    ],
  };
}

/** A map in `container`; see map/index.js for what its methods mean. */
export async function createGlMap(container, { camera, colours, outlines, onHover, onPick, onMove, onDrawn, onReady }) {
  const background = outlines('coarse');
  const gl = await loadLibrary();
  const map = new gl.Map({
    container,
    style: style(colours),
    center: [camera.lon, camera.lat],
    zoom: camera.zoom,
    minZoom: 1,
    maxZoom: 12,
    attributionControl: false,
    fadeDuration: 0,
    renderWorldCopies: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxPitch: 0,
    // Lines and letters are smoothed as they are drawn; smoothing all of it once more makes a frame three times as dear
    // where there is no graphics card.
    canvasContextAttributes: { antialias: false },
  });
  map.touchZoomRotate.disableRotation();
  map.getCanvas().setAttribute('tabindex', '0');

  const names = (data) => {
    for (const one of data.features) {
      if (one.properties.kind === 'name') one.properties.zoom = nameZoom(one.properties.size);
    }
    return data;
  };
  let fineAsked = false;
  async function bringFine() {
    if (fineAsked) return;
    fineAsked = true;
    const data = await outlines('fine');
    map.getSource('fine').setData(data);
  }
  const fineWhenClose = () => map.getZoom() >= FINE_FROM - 0.2 && bringFine();

  // Not `load`: that waits for a map without anything on it to be drawn.
  await new Promise((resolve) => map.once('style.load', resolve));
  background.then((data) => map.getSource('coarse').setData(names(data)));
  map.on('moveend', () => {
    fineWhenClose();
    const { lng, lat } = map.getCenter();
    onMove({ lon: lng, lat, zoom: map.getZoom() });
  });
  fineWhenClose();

  function under(point, land = false) {
    const near = [[point.x - 3, point.y - 3], [point.x + 3, point.y + 3]];
    const place = map.queryRenderedFeatures(near, { layers: ['dots', 'delays'] })[0];
    if (place) return { kind: 'place', id: place.properties.id };
    const line = map.queryRenderedFeatures(point, { layers: ['lines-hit'] }).at(0);
    if (line) return { kind: 'link', id: line.properties.id };
    const state = land && map.queryRenderedFeatures(point, { layers: ['land-fine', 'land'] })[0];
    return state ? { kind: 'state', id: state.properties.code } : null;
  }
  map.on('mousemove', (event) => {
    const hit = under(event.point);
    map.getCanvas().style.cursor = hit ? 'pointer' : '';
    onHover(hit, event.point);
  });
  map.on('mouseout', () => onHover(null));
  map.on('click', (event) => onPick(under(event.point, true)));
  // Seen before it is finished: names come last.
  map.on('render', () => ['coarse', 'lines'].every((source) => map.isSourceLoaded(source)) && onDrawn());
  map.on('idle', onReady);
  // Once there is nothing else to do: whoever looks closer then finds them at hand.
  map.once('idle', () => setTimeout(bringFine, FINE_AFTER_MS));

  return {
    kind: 'gl',
    setScene(scene) {
      map.getSource('lines').setData(
        collection(scene.lines.map(({ coords, ...properties }) => feature('LineString', coords, properties))),
      );
      map.getSource('crosses').setData(collection(scene.crosses.map((place) => feature('Point', place, {}))));
      map.getSource('points').setData(
        collection(scene.places.map(({ lon, lat, ...properties }) => feature('Point', [lon, lat], properties))),
      );
    },
    setPicked(pick) {
      map.setFilter('picked', ['==', ['get', 'id'], pick && pick.kind === 'link' ? pick.id : '']);
      map.setFilter('picked-place', ['==', ['get', 'id'], pick && pick.kind === 'place' ? pick.id : '']);
    },
    setColours(next) {
      for (const layer of style(next).layers) {
        for (const [name, value] of Object.entries(layer.paint || {})) map.setPaintProperty(layer.id, name, value);
      }
    },
    jumpTo: ({ lon, lat, zoom }) => map.jumpTo({ center: [lon, lat], zoom }),
    zoomBy: (step) => map.jumpTo({ zoom: map.getZoom() + step }),
    fit: ([west, south, east, north], padding = 40, left = 0) =>
      map.fitBounds([[west, south], [east, north]], { padding: { top: padding, right: padding, bottom: padding, left: padding + left }, animate: false, maxZoom: 8 }),
    resize: () => map.resize(),
    async picture() {
      const canvas = map.getCanvas();
      const copy = document.createElement('canvas');
      [copy.width, copy.height] = [canvas.width, canvas.height];
      // What was drawn can be read in the same turn only.
      map.once('render', () => copy.getContext('2d').drawImage(canvas, 0, 0));
      map.redraw();
      return copy;
    },
  };
}
