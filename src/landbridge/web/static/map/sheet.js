// A picture of the map to hand out: title, map, legend and sources on one sheet.

const MARGIN = 20;
const FONT = '"DejaVu Sans", "Liberation Sans", Arial, sans-serif';

function wrap(context, text, most) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (context.measureText(longer).width > most && lines.at(-1)) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function sign(context, row, x, y, colours) {
  context.strokeStyle = row.colour;
  context.fillStyle = row.colour;
  context.lineWidth = row.width || 1;
  context.setLineDash({ dash: [6, 4], dot: [1, 4] }[row.dash] || []);
  context.beginPath();
  if (row.kind === 'line') {
    context.moveTo(x, y);
    context.lineTo(x + 38, y);
    context.stroke();
    if (row.cross) context.fillText('×', x + 14, y + 5);
  } else {
    context.arc(x + 19, y, row.radius, 0, 2 * Math.PI);
    context.lineWidth = 1.2;
    context.stroke();
  }
  context.setLineDash([]);
  context.fillStyle = colours.ink;
}

/** A PNG of a map's picture with its words, as a blob. */
export function drawSheet({ picture, ratio, title, subtitle, legend, credit, colours }) {
  const [wide, high] = [picture.width / ratio, picture.height / ratio];
  const side = 300;
  const sheet = document.createElement('canvas');
  const context = sheet.getContext('2d');
  [sheet.width, sheet.height] = [(wide + side + 3 * MARGIN) * ratio, (high + 130) * ratio];
  context.scale(ratio, ratio);
  context.fillStyle = colours.halo;
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.fillStyle = colours.ink;
  context.font = `600 20px ${FONT}`;
  context.fillText(title, MARGIN, 34, wide + side);
  context.font = `14px ${FONT}`;
  context.fillStyle = colours.soft;
  context.fillText(subtitle, MARGIN, 58, wide + side);
  context.drawImage(picture, MARGIN, 72, wide, high);
  context.strokeStyle = colours.coast;
  context.strokeRect(MARGIN, 72, wide, high);

  let y = 86;
  const x = wide + 2 * MARGIN;
  context.font = `13px ${FONT}`;
  for (const row of legend) {
    const tall = Math.max(20, (row.width || 0) + 6, 2 * (row.radius || 0) + 6);
    const indent = row.kind === 'words' ? 0 : 50;
    context.fillStyle = row.head ? colours.ink : colours.soft;
    const lines = wrap(context, row.words, side - indent);
    if (row.kind !== 'words') sign(context, row, x, y + tall / 2 - 4, colours);
    lines.forEach((words, i) => context.fillText(words, x + indent, y + tall / 2 + i * 17));
    y += tall + (lines.length - 1) * 17;
  }
  context.font = `11px ${FONT}`;
  context.fillStyle = colours.soft;
  wrap(context, credit, wide + side).forEach((words, i) => context.fillText(words, MARGIN, high + 94 + i * 15));
  return new Promise((resolve) => sheet.toBlob(resolve, 'image/png'));
}
