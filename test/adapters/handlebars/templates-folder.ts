import { fileURLToPath } from 'node:url';

export const TEMPLATES = fileURLToPath(new URL('../../../templates', import.meta.url));
