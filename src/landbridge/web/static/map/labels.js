// Names that do not collide: the most important first, each at the first free place around its point.

let canvas = null;

export function textWidth(text, size, bold = false) {
  canvas ||= document.createElement('canvas').getContext('2d');
  canvas.font = `${bold ? '600 ' : ''}${size}px "DejaVu Sans", "Liberation Sans", Arial, sans-serif`;
  return canvas.measureText(text).width;
}

const touch = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

/** Places for as many wishes as fit. A wish is {x, y, text, size, gap, centred}; earlier ones go first. */
export function placeLabels(wishes, width, height) {
  const taken = [];
  const placed = [];
  for (const wish of wishes) {
    const wide = textWidth(wish.text, wish.size) + (wish.spacing || 0) * wish.text.length;
    const high = wish.size;
    const { x, y, gap = 5 } = wish;
    const options = wish.centred
      ? [[x - wide / 2, y]]
      : [
          [x + gap, y],
          [x - gap - wide, y],
          [x - wide / 2, y - gap - high / 2],
          [x - wide / 2, y + gap + high / 2],
        ];
    for (const [left, mid] of options) {
      const box = [left - 2, mid - high / 2 - 2, left + wide + 2, mid + high / 2 + 2];
      if (box[0] < 2 || box[1] < 2 || box[2] > width - 2 || box[3] > height - 2) continue;
      if (taken.some((other) => touch(box, other))) continue;
      taken.push(box);
      placed.push({ ...wish, left, base: mid + high * 0.35 });
      break;
    }
  }
  return placed;
}
