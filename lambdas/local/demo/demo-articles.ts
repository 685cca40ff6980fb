export interface DemoArticle {
  readonly description: string;
  readonly unit: string;
  /** The price as deliveries.csv writes it. */
  readonly price: string;
  readonly vatRate: '7' | '19';
  /** How many whole units are sold together: twelve cartons of milk on a tray. 0: weighed to the gram. */
  readonly by: number;
  /** Number of the deposit article that is charged with each unit. */
  readonly deposit?: string;
}

/** Makes an article of food at the reduced rate (§ 12 (2) no. 1 UStG). */
const food = (description: string, unit: string, price: string, by = 1, deposit?: string): DemoArticle => ({
  ...{ description, unit, price, by, vatRate: '7' as const },
  ...(deposit ? { deposit } : {}),
});
const cheese = (description: string, price: string) => food(description, 'kg', price, 0);
/** Makes an article at the full rate: drinks that are not mostly milk, and anything that is not food. */
const full = (...article: Parameters<typeof food>): DemoArticle => ({ ...food(...article), vatRate: '19' });

/**
 * The articles of a dairy with a bakery. A deposit on packaging has the rate of the goods in it (UStAE 3.10
 * (5a)).
 */
export const DEMO_ARTICLES: Readonly<Record<string, DemoArticle>> = {
  '100': food('Vollmilch 3,8 % 1 l', 'piece', '0,8915', 12),
  '101': food('Heumilch 3,8 % im Eimer 10 l', 'bucket', '10,45', 1, '910'),
  '102': food('Heumilch 3,8 % in der Glasflasche 1 l', 'bottle', '1,195', 6, '911'),
  '103': food('Fettarme Milch 1,5 % 1 l', 'piece', '0,8275', 12),
  '104': food('Laktosefreie Vollmilch 3,8 % 1 l', 'piece', '1,1425', 12),
  '105': food('Schulmilch 0,25 l', 'piece', '0,3149', 20),
  '106': food('Schulkakao 0,25 l', 'piece', '0,3495', 20),
  '110': food('Allgäuer Süßrahmbutter 250 g', 'pack', '2,1275', 10),
  '111': food('Butter in Portionen 100 × 10 g', 'box', '11,90'),
  '112': food('Backbutter im Block 10 kg', 'box', '71,50'),
  '120': food('Naturjoghurt 150 g', 'piece', '0,3825', 20),
  '121': food('Fruchtjoghurt Waldbeere 150 g', 'piece', '0,439', 20),
  '122': food('Fruchtjoghurt Pfirsich 150 g', 'piece', '0,439', 20),
  '123': food('Naturjoghurt 3,8 % 5 kg', 'bucket', '11,25'),
  '124': food('Vanillepudding 150 g', 'piece', '0,4625', 20),
  '130': food('Schlagsahne 32 % 1 l', 'piece', '3,385', 6),
  '131': food('Schlagsahne 32 % 5 l', 'bucket', '16,45'),
  '132': food('Sauerrahm 10 % 5 kg', 'bucket', '12,80'),
  '133': food('Crème fraîche 30 % 1 kg', 'bucket', '4,625'),
  '134': food('Buttermilch 10 l', 'bucket', '8,90', 1, '910'),
  '210': cheese('Bergkäse, 6 Monate gereift', '14,90'),
  '211': cheese('Allgäuer Emmentaler g.U., Viertellaib', '11,35'),
  '212': cheese('Emmentaler, gerieben', '9,75'),
  '213': cheese(
    'Bergkäse aus Heumilch vom Sommer auf der Alpe, im Felsenkeller 18 Monate von Hand gepflegt',
    '22,60',
  ),
  '214': cheese('Käsespätzle-Mischung: Bergkäse, Emmentaler und Weißlacker, gerieben', '12,85'),
  '215': food(
    'Käseplatte für 10 Personen\nBergkäse, Emmentaler, Romadur, Ziegenrolle; garniert',
    'piece',
    '38,50',
  ),
  '220': food('Speisequark 20 % 5 kg', 'bucket', '16,80'),
  '221': food('Kräuterquark 1 kg', 'bucket', '5,275'),
  '222': food('Doppelrahm-Frischkäse 2 kg', 'bucket', '13,40'),
  '230': cheese('Weißlacker 60 % Fett i. Tr.', '17,25'),
  '231': food('Romadur 180 g', 'piece', '1,985', 6),
  '232': cheese('Ziegenrolle mit Asche', '19,80'),
  '233': cheese('Heumilch-Camembert', '13,65'),
  '240': food('Freilandeier Größe M, 30 Stück', 'pack', '7,35'),
  '400': food('Bauernbrot 1 kg', 'loaf', '3,25'),
  '401': food('Dinkelvollkornbrot 750 g', 'loaf', '3,65'),
  '402': food('Roggenmischbrot, geschnitten 1 kg', 'loaf', '3,45'),
  '403': food('Sonnenblumenbrot 750 g', 'loaf', '3,55'),
  '404': food('Butterzopf 500 g', 'loaf', '3,95'),
  '410': food('Semmel', 'piece', '0,2875', 10),
  '411': food('Laugenbreze', 'piece', '0,52', 5),
  '412': food('Dinkelsemmel', 'piece', '0,4475', 5),
  '413': food('Körnersemmel', 'piece', '0,418', 5),
  '414': food('Buttercroissant', 'piece', '0,745', 5),
  '415': food('Schwäbische Seele mit Kümmel und Salz', 'piece', '0,8925', 5),
  '416': food('Baguette', 'piece', '1,275', 2),
  '420': food('Zwetschgendatschi', 'tray', '21,90'),
  '421': food('Apfelstreusel', 'tray', '22,50'),
  '422': food('Bienenstich', 'tray', '24,80'),
  '423': food('Nussschnecke', 'piece', '1,0475', 5),
  '424': food('Käsesahnetorte, 12 Stücke', 'piece', '24,50'),
  '425': food('Schwarzwälder Kirschtorte, 12 Stücke\nenthält Kirschwasser', 'piece', '28,90'),
  '450': food('Blütenhonig in Portionen 100 × 20 g', 'box', '26,40'),
  '451': food('Marmelade in Portionen, 4 Sorten 100 × 25 g', 'box', '17,95'),
  '452': food('Kaffeebohnen „Hofröstung“ 1 kg', 'pack', '15,60'),
  '500': full('Apfelschorle 12 × 0,75 l', 'crate', '9,40', 1, '900'),
  '501': full('Mineralwasser medium 12 × 0,75 l', 'crate', '4,20', 1, '900'),
  '502': full('Johannisbeerschorle 12 × 0,75 l', 'crate', '10,15', 1, '900'),
  '503': full('Kellerbier 20 × 0,5 l', 'crate', '14,35', 1, '901'),
  '510': full('Haferdrink Barista 1 l', 'piece', '1,4975', 6),
  '520': full('Brottüten, bedruckt 1.000 Stück', 'box', '27,90'),
  '900': full('Pfand Kiste 12 × 0,75 l', 'piece', '3,30'),
  '901': full('Pfand Kiste 20 × 0,5 l', 'piece', '3,10'),
  '910': food('Pfand Eimer 10 l', 'piece', '2,50'),
  '911': food('Pfand Milchflasche 1 l', 'piece', '0,15'),
};
