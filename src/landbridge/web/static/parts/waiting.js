// An answer that the server first has to work out as a job: shown while it runs, asked again when it is done.
import { address, get } from '../api.js';
import { el, fill } from '../dom.js';
import { t } from '../strings.js';
import { handOut } from './exports.js';
import { jobRow, listJobs, lookAtJobs, onJobs } from './jobs.js';
import { failure } from './notices.js';

/** What the server says, once it can; `box` shows the job meanwhile. */
export async function getOrWait(path, query, box, options = {}) {
  let told = await get(path, query, options);
  while (told && told.job) {
    const id = told.job.id ?? told.job;
    await new Promise((resolve, reject) => {
      const look = (jobs) => {
        const job = jobs.find((one) => one.id === id);
        if (!job) return;
        if (['waiting', 'running'].includes(job.state)) {
          fill(box, el('div', { class: 'notice' }, el('h2', {}, t('wait.title')), el('p', {}, t('wait.words')), el('ul', { class: 'jobs' }, jobRow(job))));
        } else {
          stop();
          if (job.state === 'done') resolve();
          else reject(job.error && job.error.what ? job.error : { what: t(`wait.${job.state}`), mend: t('wait.mend') });
        }
      };
      const stop = onJobs(look);
      look(listJobs());
      lookAtJobs();
    });
    told = await get(path, query, { fresh: true });
  }
  return told;
}

/** A button that takes away a file which the server may first have to make as a job. */
export function fileButton(words, path, query, name) {
  const box = el('div', { class: 'file-wait', 'aria-live': 'polite' });
  const button = el('button', {
    type: 'button',
    class: 'button small',
    on: {
      async click() {
        button.disabled = true;
        try {
          fill(box, el('span', { class: 'quiet' }, t('wait.file')));
          await getOrWait(path, query, box, { fresh: true });
          fill(box);
          handOut(await (await fetch(address(path, query))).blob(), name);
        } catch (fault) {
          fill(box, failure(fault));
        } finally {
          button.disabled = false;
        }
      },
    },
  }, words);
  return el('div', { class: 'file-button' }, button, box);
}
