// Light or dark: as the system says, or as the person chose.

const KEY = 'landbridge-theme';
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set();

function chosen() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export const isDark = () => (chosen() ? chosen() === 'dark' : dark.matches);

/** Show the theme in force. */
export function applyTheme() {
  document.documentElement.dataset.theme = isDark() ? 'dark' : 'light';
  for (const listener of listeners) listener(isDark());
}

export function toggleTheme() {
  try {
    localStorage.setItem(KEY, isDark() ? 'light' : 'dark');
  } catch {
    // Without storage the choice holds until a reload at most; nothing to mend.
  }
  applyTheme();
}

/** Call `listener(isDark)` at every change. */
export const onTheme = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

dark.addEventListener('change', applyTheme);
