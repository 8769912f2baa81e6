// An answer that the server first has to work out as a job: shown while it runs, asked again when it is done.
import { get } from '../api.js';
import { el, fill } from '../dom.js';
import { t } from '../strings.js';
import { jobRow, listJobs, onJobs } from './jobs.js';

/** What the server says, once it can; `box` shows the job meanwhile. */
export async function getOrWait(path, query, box) {
  let told = await get(path, query);
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
    });
    told = await get(path, query, { fresh: true });
  }
  return told;
}
