/**
 * This file makes the longest texts that the schemas of customer and delivery note allow, in words that could
 * be real.
 */

/** Repeats the words up to exactly this many characters. */
export function exactly(length: number, words: string): string {
  return `${words.repeat(Math.ceil(length / words.length)).slice(0, length - 1)}.`;
}

export const LONG_CUSTOMER = {
  name: exactly(
    120,
    'Hotel- und Gaststättenbetriebsgesellschaft Alpenblick-Panoramaresidenz Oberallgäu mbH & Co. ',
  ),
  name2: exactly(
    120,
    'Zentrale Rechnungsprüfung und Wareneingangskontrolle, Verwaltungsgebäude Nord, Zimmer 4.117, ',
  ),
  street: exactly(
    120,
    'Geschwister-Scholl-Platz und Bürgermeister-Wohlfarth-Straße 112 b, Hinterhaus, Aufgang 3, ',
  ),
  zip: '87629-123456',
  city: exactly(80, 'Bad Hindelang-Oberjoch an der Deutschen Alpenstraße im Oberallgäu, '),
  orderReference: exactly(
    100,
    'Rahmenvertrag 2026/0815-4711-B, Abruf durch die Küchenleitung, Kostenstelle 20047, ',
  ),
  buyerReference: exactly(100, '04011000-1234512345-06/Rechnungseingang-Zentrale-Verwaltung/'),
} as const;

const DESCRIPTION = `Bergkäse aus Heumilch, zwölf Monate gereift, am Stück, mindestens 50 % Fett i. Tr.
Zutaten: Rohmilch von der Kuh, Speisesalz, Lab, Käsereikulturen. Lagerung bei höchstens 8 °C.
Herkunft und Kontrollstelle: Deutschland, DE-ÖKO-006, Charge LOT-2026-10-000123456789-ALPSEE
`;

/**
 * Makes a line with the longest article text and number, and with figures of the longest kind.
 * @param index index of the line
 */
export function longLine(index: number): Readonly<Record<string, unknown>> {
  return {
    article: exactly(40, `4-012345-${100_000 + index}-HEUMILCHBERGKAESE`),
    description: exactly(1000, DESCRIPTION),
    quantity: index % 3 === 0 ? '-1234.567' : '999999.999',
    unitPrice: index % 3 === 0 ? '7890.1234' : '9.8765',
    discount: index % 2 === 0 ? '12.75' : '0',
    place: exactly(80, `Filiale ${index % 2}, Panoramarestaurant an der Bergstation der Hochgratbahn `),
  };
}

/** Makes a line as in practice: mostly one to three lines of text, now and then the longest. */
export function mixedLine(index: number): Readonly<Record<string, unknown>> {
  const { article, description, ...figures } = longLine(index);
  if (index % 40 === 39) return { article, description, ...figures };
  return {
    description: exactly(30 + ((index * 37) % 160), DESCRIPTION.replaceAll('\n', ' ')),
    ...(index % 7 === 0 ? figures : { place: figures.place }),
  };
}
