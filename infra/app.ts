import { STAGES } from './stages.ts';
import { synthesize } from './synthesize.ts';

await synthesize(STAGES);
