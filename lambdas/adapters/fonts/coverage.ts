import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '#core/errors.ts';
import type { FontCoverage } from '#core/ports.ts';
import { readCharacters } from './cmap.ts';

/**
 * Characters that need no glyph in the font: line breaks and tabs are layout; the text shaper makes spaces of
 * any width out of the plain one, and hides joiners, direction marks, variation selectors and soft hyphens.
 */
const NEEDS_NO_GLYPH =
  /\p{Variation_Selector}|\u034f|[\t\n\r\u00a0\u00ad\u061c\u2000-\u200f\u202f\u205f-\u2064\u3000\ufeff]/u;

/**
 * Tells which characters the TrueType files of a folder can draw. A character counts only if every file has
 * it, because a name must not be blank where it is printed bold.
 * @throws Fault `bad-settings` when the folder holds no font that can be read
 */
export function createFontCoverage(folder: string): FontCoverage {
  const drawn = commonCharacters(folder);
  const known = new Map<string, boolean>();

  function isDrawn(character: string): boolean {
    const code = character.codePointAt(0)!;
    if (drawn.has(code) || NEEDS_NO_GLYPH.test(character)) return true;
    // An accented letter without a glyph of its own is drawn as its letter and accents.
    const parts = [...character.normalize('NFD')];
    return parts.length > 1 && parts.every((part) => drawn.has(part.codePointAt(0)!));
  }

  return {
    undrawable(text) {
      const missing = new Set<string>();
      // The browser composes text before setting it: a letter and an accent that exist as one glyph become
      // that glyph.
      for (const character of text.normalize('NFC')) {
        let fine = known.get(character);
        if (fine === undefined) {
          fine = isDrawn(character);
          known.set(character, fine);
        }
        if (!fine) missing.add(character);
      }
      return [...missing];
    },
  };
}

function commonCharacters(folder: string): Set<number> {
  try {
    const files = readdirSync(folder).filter((name) => name.toLowerCase().endsWith('.ttf'));
    const [first, ...others] = files.map((name) => readCharacters(readFileSync(join(folder, name))));
    if (first === undefined) throw new Error('it holds no .ttf file');
    return others.reduce((common, next) => common.intersection(next), first);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault(
      'bad-settings',
      `the fonts in ${folder} cannot be read (${why}); restore the shipped ones`,
      {
        cause,
      },
    );
  }
}
