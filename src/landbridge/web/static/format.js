// Numbers as people read them.
import { lang, t } from './strings.js';

const made = new Map();
function digits(least, most) {
  const key = `${lang()}/${least}/${most}`;
  if (!made.has(key)) {
    made.set(key, new Intl.NumberFormat(lang(), { minimumFractionDigits: least, maximumFractionDigits: most }));
  }
  return made.get(key);
}

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);
const MINUS = '\u2212';
const plain = (text) => (/[1-9]/.test(text) ? text.replace(/^-/, MINUS) : text.replace(/^-/, ''));

/** A number with so many significant digits at least where it is small; a dash where there is none. */
export function number(value, significant = 3) {
  if (!isNumber(value)) return t('none');
  const size = Math.abs(value);
  const after = size === 0 ? 0 : Math.max(0, Math.min(6, significant - 1 - Math.floor(Math.log10(size))));
  return plain(digits(0, size >= 100 ? 0 : after).format(value));
}

export const fixed = (value, after) => (isNumber(value) ? plain(digits(after, after).format(value)) : t('none'));

export const signed = (value, significant = 3) =>
  isNumber(value) && value > 0 ? `+${number(value, significant)}` : number(value, significant);

/** Tonnes a year in words: Mt, kt or t. */
export function tonnes(value, sign = false) {
  if (!isNumber(value)) return t('none');
  const size = Math.abs(value);
  const [by, unit] = size >= 1e6 ? [1e6, 'unit.mt'] : size >= 1000 ? [1e3, 'unit.kt'] : [1, 'unit.t'];
  const shown = by === 1 ? Math.round(value) : value / by;
  return t(unit, { n: sign ? signed(shown) : number(shown) });
}

/** Dollars in words: billion, million, thousand. */
export function dollars(value, sign = false) {
  if (!isNumber(value)) return t('none');
  const size = Math.abs(value);
  const [by, unit] =
    size >= 1e9 ? [1e9, 'unit.busd'] : size >= 1e6 ? [1e6, 'unit.musd'] : size >= 1000 ? [1e3, 'unit.kusd'] : [1, 'unit.usd'];
  const shown = by === 1 ? Math.round(size) : size / by;
  const before = shown === 0 ? '' : value < 0 ? MINUS : sign ? '+' : '';
  return before + t(unit, { n: number(shown) });
}

export function percent(value, after = 0) {
  if (!isNumber(value)) return t('none');
  if (value > 0 && value < 0.5 * 10 ** (-after - 2)) return t('unit.percent.less', { n: fixed(10 ** -after, after) });
  return t('unit.percent', { n: fixed(value * 100, after) });
}

/** Hours as hours, or days from three days on. */
export const hours = (value) =>
  isNumber(value) && Math.abs(value) >= 72 ? t('unit.d', { n: number(value / 24, 2) }) : t('unit.h', { n: number(value, 2) });

export const days = (value) => (isNumber(value) ? t('unit.d', { n: fixed(value, value < 10 ? 1 : 0) }) : t('none'));

/** A number with the unit that its key names. */
export function quantity(value, unit, sign = false) {
  if (!isNumber(value)) return t('none');
  if (unit === 't_year' || unit === 't/year' || unit === 't') return tonnes(value, sign);
  if (unit === 'usd_year' || unit === 'USD/year' || unit === 'usd' || unit === 'USD') return dollars(value, sign);
  if (unit === 'share' || unit === '%') return percent(value, 1);
  const shown = sign ? signed(value) : number(value);
  return unit && unit !== '1' ? `${shown} ${unitWords(unit)}` : shown;
}

/** What stands for a unit in a heading. */
export function unitWords(unit) {
  const key = `unit.name.${unit}`;
  const words = t(key);
  return words === key ? String(unit).replaceAll('_', '/') : words;
}

let compactly = null;
/** A number in as few letters as an axis has room for. */
export function compact(value) {
  compactly ||= new Intl.NumberFormat(lang(), { notation: 'compact', maximumFractionDigits: 2 });
  return plain(compactly.format(value));
}

export const capital = (text) => (text ? text[0].toUpperCase() + text.slice(1) : text);
