import encodeQR from 'qr';

/**
 * A QR code as an SVG path in units of its modules, with the quiet zone of four that ISO/IEC 18004 demands.
 */
export interface QrCode {
  /** Modules on each side, including the quiet zone. */
  readonly size: number;
  readonly path: string;
}

/** Draws a QR code with error correction M, which EPC069-12 demands. */
export function qrCode(text: string): QrCode {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
  const path = modules.flatMap((row, y) =>
    runs(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`),
  );
  return { size: modules.length, path: path.join('') };
}

/** Finds the runs of adjacent dark modules in a row, each as [first, length]. */
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
