// What the page knows of the study: names by id, and words for links and places.
import { get } from './api.js';
import { tonnes, hours } from './format.js';
import { t, tOr } from './strings.js';

let study = null;
let index = null;

export async function loadStudy() {
  study = await get('/api/study');
  index = {
    nodes: new Map(study.nodes.map((one) => [one.id, one])),
    zones: new Map(study.zones.map((one) => [one.id, one])),
    scenarios: new Map(study.scenarios.map((one) => [one.id, one])),
    commodities: new Map(study.commodities.map((one) => [one.id, one])),
    corridors: new Map(study.corridors.map((one) => [one.id, one])),
    groups: new Map(study.groups.map((one) => [one.id, one])),
    projects: new Map(study.projects.map((one) => [one.id, one])),
  };
  // Scenarios of the past are for holding the model against what was observed; they are not offered.
  study.scenarios = study.scenarios.filter((one) => !one.cast_back_to);
  return study;
}

export const theStudy = () => study;
/** The name without what stands in brackets behind it. */
const short = (name) => String(name).replace(/\s*\(.*\)$/, '');
export const nodeName = (id) => short(index.nodes.get(id)?.name ?? id);
export const zoneName = (id) => index.zones.get(id)?.name ?? index.nodes.get(id)?.name ?? id;
export const stateName = (code) => study.states[code] ?? code;
export const scenarioTitle = (id) => index.scenarios.get(id)?.title ?? id;
export const commodityTitle = (id) => (id ? (index.commodities.get(id)?.title ?? id) : t('commodity.all'));
export const groupTitle = (id) => short(index.groups.get(id)?.title ?? id);
export const corridorTitle = (id) => index.corridors.get(id)?.title ?? id;
export const projectTitle = (id) => index.projects.get(id)?.title ?? id;

/** Zones and places that can be asked for by name. */
export function listPlaces() {
  const zones = study.zones.map((one) => ({ id: one.id, name: one.name, hint: t('kind.zone') }));
  const taken = new Set(zones.map((one) => one.id));
  const nodes = study.nodes
    .filter((one) => !taken.has(one.id))
    .map((one) => ({ id: one.id, name: one.name, hint: `${tOr(`kind.${one.kind}`, one.kind)}, ${stateName(one.state)}` }));
  return [...zones, ...nodes];
}

export const linkName = (link) => t('link.name', { from: nodeName(link.from), to: nodeName(link.to), mode: tOr(`mode.${link.mode}`, link.mode) });

/** What a link is and why, as short lines: name, status, amount, reason. */
export function linkLines(link, flow, change) {
  const lines = [linkName(link)];
  lines.push(t('link.status', { status: tOr(`status.${link.status}`, link.status), km: Math.round(link.length_km) }));
  if (flow) {
    lines.push(t('link.flow', { forward: tonnes(flow[0]), to: nodeName(link.to), backward: tonnes(flow[1]), from: nodeName(link.from) }));
  }
  if (change !== undefined && change !== null) lines.push(t('link.change', { amount: tonnes(change, true) }));
  if (link.status !== 'open' && link.reason) lines.push(link.reason);
  return lines;
}

export function placeLines(place) {
  const kind = `${tOr(`kind.${place.kind}`, place.kind)}, ${stateName(place.state)}`;
  const lines = [place.name, kind];
  if (place.delay_h !== null && place.delay_h !== undefined) lines.push(t('place.delay', { hours: hours(place.delay_h) }));
  if (place.t_year > 0) lines.push(t('place.through', { amount: tonnes(place.t_year) }));
  return lines;
}

const BONUS = { city: 1.5, port: 1.0, terminal: 0.3, border: 0.2, strait: 1.2 };

/** The network with how soon each place is named: the logarithm of its tonnes, and a bonus by kind. */
export async function getNetwork(query) {
  const told = await get('/api/network', query);
  if (!told.ready) {
    for (const place of told.places) {
      place.importance ??= Math.log10((place.t_year || 0) + 1) + (BONUS[place.kind] || 0);
      place.fullName = place.name;
      place.name = short(place.name);
    }
    told.links.forEach((link) => {
      if (link.status === 'degraded') link.status = 'partial';
    });
    told.byId = new Map(told.links.map((link) => [link.id, link]));
    told.placeById = new Map(told.places.map((place) => [place.id, place]));
    told.ready = true;
  }
  return told;
}
