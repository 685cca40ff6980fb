import { z } from 'zod';

/** A decimal as text, because floats would lose cents on the way. */
export const decimalText = (example: string) =>
  z
    .string()
    .regex(/^-?\d+(?:\.\d+)?$/)
    .meta({ example });

export const AMOUNT = decimalText('1234.50');
