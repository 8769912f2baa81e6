// The quantities that observations name (`corridor_tonnes:middle`), in words.
import { t, tOr } from './strings.js';
import { commodityTitle, corridorTitle, groupTitle, nodeName, stateName, zoneName } from './study.js';

function nameOf(id) {
  for (const find of [corridorTitle, nodeName, zoneName, groupTitle, stateName, commodityTitle]) {
    const name = find(id);
    if (name !== id) return name;
  }
  const link = /^(.+)--(.+)-(\w+)$/.exec(id);
  if (link) return t('link.name', { from: nodeName(link[1]), to: nodeName(link[2]), mode: tOr(`mode.${link[3]}`, link[3]) });
  return tOr(`mode.${id}`, id.replaceAll('_', ' '));
}

/** Cut at commas that stand in no brackets. */
function cut(text) {
  const parts = [''];
  let depth = 0;
  for (const letter of text) {
    depth += (letter === '(') - (letter === ')');
    if (letter === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts;
}

/** A quantity in words. `note` is its row's note, whose first clause names a passage. */
export function measureWords(quantity, note = '') {
  const operator = /^(sum|ratio|change|difference)\((.*)\)$/.exec(quantity);
  if (operator) {
    const parts = cut(operator[2]).map((part) => measureWords(part, note));
    if (operator[1] === 'sum') return t('measure.sum', { parts: parts.join(' + ') });
    return t(`measure.${operator[1]}`, { first: parts[0], second: parts[1] });
  }
  const [plain, state] = quantity.split('@');
  const [kind, ...ids] = plain.split(':');
  const words = kind.startsWith('passage_') && note ? note.split(';')[0] : ids.map(nameOf).join(', ');
  const said = t('measure.of', { what: tOr(`measure.${kind}`, kind.replaceAll('_', ' ')), words });
  return state ? t('measure.at', { said, state }) : said;
}
