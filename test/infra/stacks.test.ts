// One process runs all tests of the synthesized stacks, because making the stacks takes longer than testing
// them.
import './storage-stack.ts';
import './service-stack.ts';
import './rights.ts';
import './bundle.ts';
import './nag.ts';
