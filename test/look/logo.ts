import { createCanvas } from '@napi-rs/canvas';

/** Makes a logo as the settings hold one: wide, with a mark and fine lines. */
export function sampleLogo(): string {
  const canvas = createCanvas(720, 240);
  const context = canvas.getContext('2d');
  context.fillStyle = '#1d4d2b';
  context.beginPath();
  context.arc(120, 120, 110, 0, 2 * Math.PI);
  context.fill();
  context.strokeStyle = '#ffffff';
  context.lineWidth = 9;
  for (let hill = 0; hill < 4; hill++) {
    context.beginPath();
    context.moveTo(20, 130 + hill * 26);
    context.bezierCurveTo(80, 60 + hill * 26, 130, 200 + hill * 26, 222, 110 + hill * 26);
    context.stroke();
  }
  context.fillRect(260, 70, 440, 18);
  context.fillRect(260, 111, 300, 18);
  context.fillRect(260, 152, 440, 18);
  return `data:image/png;base64,${canvas.toBuffer('image/png').toString('base64')}`;
}
