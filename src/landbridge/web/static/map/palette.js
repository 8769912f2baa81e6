// Colours of the map. The modes' are those of the brief; on a dark ground they are lightened in their own hue.

const LIGHT = {
  water: '#dfe9ef', land: '#f7f5f0', coast: '#b9b4a6', quiet: '#6b6558', ink: '#1c2530', soft: '#56606b', halo: '#ffffff',
  rail: '#332288', road: '#b5405a', ship: '#117a6b',
  more: '#1f6fb4', less: '#b85a00',
  open: '#a7a397', planned: '#5a6470', shut: '#6f6f6f', ocean: '#5b8fb0',
  delay: '#d98a00', pick: '#f2c200', mean: '#332288', spread: '#8a3d8f',
  ways: ['#332288', '#b85a00', '#117a6b', '#b5405a', '#5b6f1f', '#7d5ba6'],
};
const DARK = {
  water: '#0f171e', land: '#1d2831', coast: '#43525e', quiet: '#93a1ad', ink: '#eef2f5', soft: '#b3bfc9', halo: '#10181f',
  rail: '#a79bf0', road: '#f08ca3', ship: '#4fc9b4',
  more: '#6db3f2', less: '#f0a04b',
  open: '#5d6b76', planned: '#9fb0bd', shut: '#8b959d', ocean: '#5f9cc2',
  delay: '#f2b134', pick: '#ffe066', mean: '#a79bf0', spread: '#dc8fe0',
  ways: ['#a79bf0', '#f0a04b', '#4fc9b4', '#f08ca3', '#c3d96b', '#c9a6ee'],
};

export const palette = (dark) => (dark ? DARK : LIGHT);

/** Rail, road or ship: every mode on water is a ship. */
export const modeOf = (mode) => (mode === 'rail' || mode === 'road' ? mode : 'ship');
