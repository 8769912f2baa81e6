// Asking the server: one way to fail, one memory of what was asked.
import { t } from './strings.js';

/** What went wrong, where, and how to mend it, in the server's words. */
export class ApiError extends Error {
  constructor({ code = '', what = '', where = '', mend = '' }, status = 0) {
    super(what);
    Object.assign(this, { code, what, where, mend, status });
  }
}

const kept = new Map();
const KEPT = 60;

/** The address of an endpoint with its query; empty values are left out. */
export function address(path, query = {}) {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(pairs).toString();
  return text ? `${path}?${text}` : path;
}

async function ask(url, options = {}) {
  let answer;
  try {
    answer = await fetch(url, { ...options, headers: { Accept: 'application/json', ...options.headers } });
  } catch (fault) {
    if (fault.name === 'AbortError') throw fault;
    throw new ApiError({ what: t('error.offline.what'), where: url, mend: t('error.offline.mend') });
  }
  const text = await answer.text();
  if (answer.ok && !(answer.headers.get('content-type') || '').includes('json')) return text;
  let body = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    throw new ApiError({ what: t('error.answer.what'), where: url, mend: t('error.answer.mend') }, answer.status);
  }
  if (!answer.ok) {
    const told = (body && body.error) || {};
    const what = told.what || t('error.status.what', { status: answer.status });
    throw new ApiError({ ...told, what, where: told.where || url }, answer.status);
  }
  return body;
}

/** What the server says at an address; asked once while the page stands, unless `fresh`. */
export function get(path, query = {}, { fresh = false } = {}) {
  const url = address(path, query);
  if (!fresh && kept.has(url)) return kept.get(url);
  const answer = ask(url);
  kept.set(url, answer);
  answer.catch(() => kept.delete(url));
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
  return answer;
}

/** Remember an answer that came another way, so that it need not be asked for. */
export const keep = (path, query, answer) => kept.set(address(path, query), Promise.resolve(answer));

const send = (method) => (path, body) =>
  ask(path, {
    method,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });

export const post = send('POST');
export const remove = send('DELETE');

/** Forget what was asked at addresses that begin so: a job may have changed it. */
export function forget(start) {
  for (const url of [...kept.keys()]) if (url.startsWith(start)) kept.delete(url);
}
