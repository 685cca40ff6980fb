import encodeQR from 'qr';

/** A QR code as an SVG path in units of its modules, with the quiet zone of four that ISO/IEC 18004 wants. */
export interface QrCode {
  /** Modules of a side, quiet zone included. */
  readonly size: number;
  readonly path: string;
}

/** Error correction M, as EPC069-12 wants it. */
export function qrCode(text: string): QrCode {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
  const path = modules.flatMap((row, y) =>
    runs(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`),
  );
  return { size: modules.length, path: path.join('') };
}

/** Where dark modules lie side by side: [first, how many]. */
function runs(row: readonly boolean[]): [number, number][] {
  const found: [number, number][] = [];
  row.forEach((dark, x) => {
    const last = found.at(-1);
    if (!dark) return;
    if (last && last[0] + last[1] === x) last[1]++;
    else found.push([x, 1]);
  });
  return found;
}
