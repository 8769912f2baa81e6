// The page: loads the words and the study, builds the frame, and shows the view that the address names.
import { loadStrings, t } from './strings.js';
import { applyTheme } from './theme.js';

applyTheme();
await loadStrings();

const [{ el, fill }, { loadStudy }, { buildShell }, { failure }] = await Promise.all([
  import('./dom.js'),
  import('./study.js'),
  import('./shell.js'),
  import('./parts/notices.js'),
]);

const app = document.getElementById('app');

async function start() {
  fill(app, el('div', { class: 'notice waiting' }, el('span', { class: 'spinner', 'aria-hidden': 'true' }), el('p', {}, t('loading.study'))));
  try {
    buildShell(app, await loadStudy());
  } catch (fault) {
    fill(app, failure(fault, start));
  }
}

start();
