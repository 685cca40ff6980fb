export interface DemoArticle {
  readonly description: string;
  readonly unit: string;
  /** As deliveries.csv writes it. */
  readonly price: string;
  readonly vatRate: '7' | '19';
  /** Smallest and largest quantity of a delivery, in whole units; kg vary by grams. */
  readonly usual: readonly [number, number];
  /** What is sent back now and then: yesterday's bread, empty crates. */
  readonly returned?: boolean;
  /** The deposit that goes with it (one a unit). */
  readonly deposit?: string;
}

/** Milk, bread and cheese at the reduced rate (§ 12 (2) no. 1 UStG), drinks and deposits at the full one. */
export const DEMO_ARTICLES: Readonly<Record<string, DemoArticle>> = {
  '100': {
    description: 'Vollmilch 3,8 % 1 l',
    unit: 'piece',
    price: '0,8915',
    vatRate: '7',
    usual: [12, 120],
  },
  '101': {
    description: 'Heumilch 10 l',
    unit: 'bucket',
    price: '10,4500',
    vatRate: '7',
    usual: [1, 8],
    deposit: '910',
  },
  '110': {
    description: 'Allgäuer Süßrahmbutter 250 g',
    unit: 'pack',
    price: '2,1275',
    vatRate: '7',
    usual: [8, 60],
  },
  '120': { description: 'Naturjoghurt 150 g', unit: 'piece', price: '0,3825', vatRate: '7', usual: [20, 90] },
  '121': {
    description: 'Fruchtjoghurt Waldbeere 150 g',
    unit: 'piece',
    price: '0,4390',
    vatRate: '7',
    usual: [20, 60],
  },
  '210': { description: 'Bergkäse am Stück', unit: 'kg', price: '14,9000', vatRate: '7', usual: [1, 6] },
  '211': { description: 'Emmentaler, gerieben', unit: 'kg', price: '9,7500', vatRate: '7', usual: [1, 5] },
  '220': {
    description: 'Speisequark 20 % 5 kg',
    unit: 'bucket',
    price: '16,8000',
    vatRate: '7',
    usual: [1, 4],
  },
  '230': {
    description: 'Weißlacker 60 % Fett i. Tr.',
    unit: 'kg',
    price: '17,2500',
    vatRate: '7',
    usual: [1, 3],
  },
  '310': { description: 'Sahne 30 % 5 l', unit: 'bucket', price: '13,4500', vatRate: '7', usual: [1, 4] },
  '311': { description: 'Buttermilch 10 l', unit: 'bucket', price: '8,9000', vatRate: '7', usual: [1, 5] },
  '400': {
    description: 'Bauernbrot 1 kg',
    unit: 'loaf',
    price: '3,2500',
    vatRate: '7',
    usual: [3, 20],
    returned: true,
  },
  '401': {
    description: 'Dinkelvollkornbrot 750 g',
    unit: 'loaf',
    price: '3,6500',
    vatRate: '7',
    usual: [2, 12],
    returned: true,
  },
  '410': { description: 'Semmel', unit: 'piece', price: '0,2875', vatRate: '7', usual: [30, 200] },
  '411': { description: 'Laugenbreze', unit: 'piece', price: '0,5200', vatRate: '7', usual: [20, 80] },
  '420': { description: 'Zwetschgendatschi', unit: 'tray', price: '21,9000', vatRate: '7', usual: [1, 2] },
  '500': {
    description: 'Apfelschorle 12 × 0,75 l',
    unit: 'crate',
    price: '9,4000',
    vatRate: '19',
    usual: [1, 6],
    deposit: '900',
  },
  '501': {
    description: 'Mineralwasser medium 12 × 0,75 l',
    unit: 'crate',
    price: '4,2000',
    vatRate: '19',
    usual: [1, 10],
    deposit: '900',
  },
  '900': {
    description: 'Pfand Getränkekiste',
    unit: 'piece',
    price: '3,1000',
    vatRate: '19',
    usual: [1, 8],
    returned: true,
  },
  '910': {
    description: 'Pfand Milcheimer 10 l',
    unit: 'piece',
    price: '2,5000',
    vatRate: '19',
    usual: [1, 6],
    returned: true,
  },
};
