import { fileURLToPath } from 'node:url';

export const FONTS = fileURLToPath(new URL('../../../templates/fonts', import.meta.url));
