// The page: loads the words and the study, builds the frame, and shows the view that the address names.
import { get } from './api.js';
import { el, fill } from './dom.js';
import { failure } from './parts/notices.js';
import { buildShell } from './shell.js';
import { loadStrings, t } from './strings.js';
import { loadStudy } from './study.js';
import { applyTheme } from './theme.js';

applyTheme();
// Asked for before anything is shown: the words, and what the study is.
get('/api/study').catch(() => null);
await loadStrings();

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
