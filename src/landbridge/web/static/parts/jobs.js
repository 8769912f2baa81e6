// Long work: started here, run by the server, found again after a reload, cancelled with one press.
import { forget, get, post, remove } from '../api.js';
import { el, fill } from '../dom.js';
import { t, tOr } from '../strings.js';
import { say } from './notices.js';

const BUSY = ['waiting', 'running'];
const EVERY_MS = 1000;
const listeners = new Set();
let jobs = [];
let timer = null;

export const listJobs = () => jobs;

/** Call `listener(jobs, finished)` whenever something about the work changes. */
export function onJobs(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Ask how the work stands, and again while any runs. */
export async function lookAtJobs() {
  clearTimeout(timer);
  const before = new Map(jobs.map((job) => [job.id, job.state]));
  try {
    const told = await get('/api/jobs', {}, { fresh: true });
    jobs = told.sort((a, b) => a.asked - b.asked);
  } catch {
    // The next look tells; a server that has gone shows itself in the views.
  }
  const finished = jobs.filter((job) => !BUSY.includes(job.state) && BUSY.includes(before.get(job.id)));
  for (const job of finished) {
    forget('/api/');
    say(t(`job.said.${job.state}`, { kind: kindOf(job) }));
  }
  for (const listener of listeners) listener(jobs, finished);
  if (jobs.some((job) => BUSY.includes(job.state))) timer = setTimeout(lookAtJobs, EVERY_MS);
}

/** Start work; the answer is its id. */
export async function startJob(kind, details = {}) {
  const { id } = await post('/api/jobs', { kind, ...details });
  await lookAtJobs();
  return id;
}

export async function cancelJob(id) {
  await remove(`/api/jobs/${encodeURIComponent(id)}`);
  await lookAtJobs();
}

export const kindOf = (job) => tOr(`job.kind.${job.kind}`, job.kind);

const share = (job) => (job.total ? Math.min(1, job.done / job.total) : null);

/** One piece of work with its progress and a button to cancel it. */
export function jobRow(job) {
  const part = share(job);
  const busy = BUSY.includes(job.state);
  const words = job.state === 'failed' && job.error ? job.error.what || String(job.error) : job.words;
  return el(
    'li',
    { class: `job ${job.state}`, 'data-job': job.id },
    el('div', { class: 'job-head' }, el('strong', {}, kindOf(job)), el('span', { class: 'tag' }, t(`job.state.${job.state}`))),
    busy &&
      el('progress', {
        max: 1,
        value: job.state === 'running' && part !== null ? part : undefined,
        'aria-label': t('job.progress', { kind: kindOf(job) }),
      }),
    words && el('p', {}, words),
    busy && el('button', { type: 'button', class: 'button small', on: { click: () => cancelJob(job.id) } }, t('job.cancel')),
  );
}

/** The button in the top bar with the list behind it. */
export function jobTray() {
  const list = el('ul', { class: 'jobs' });
  const button = el('button', { type: 'button', class: 'bar-button', 'aria-expanded': 'false', 'aria-controls': 'jobs' });
  const panel = el('div', { id: 'jobs', class: 'tray', hidden: true }, el('h2', {}, t('job.title')), list);
  const toggle = (open) => {
    panel.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
  };
  button.addEventListener('click', () => toggle(panel.hidden));
  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      toggle(false);
      button.focus();
    }
  });

  function draw() {
    const running = jobs.find((job) => job.state === 'running');
    const busy = jobs.filter((job) => BUSY.includes(job.state)).length;
    const part = running && share(running);
    const words = !busy
      ? t('job.none')
      : part !== null && part !== undefined
        ? t('job.busy.share', { n: Math.round(100 * part) })
        : t('job.busy');
    button.textContent = words;
    button.classList.toggle('busy', busy > 0);
    const latest = [...jobs].reverse().slice(0, 12);
    fill(list, latest.length ? latest.map(jobRow) : el('li', { class: 'quiet' }, t('job.empty')));
  }

  onJobs(draw);
  draw();
  lookAtJobs();
  return el('div', { class: 'tray-box' }, button, panel);
}
