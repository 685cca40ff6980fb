// One process for all that looks at the synthesized stacks: making them takes longer than looking.
import './storage-stack.ts';
import './service-stack.ts';
import './rights.ts';
import './bundle.ts';
import './nag.ts';
