import { main } from '#cli/main.ts';

/** One command line in this process: its exit code, and what it says. */
export async function say(...argv: string[]) {
  let [stdout, stderr] = ['', ''];
  const code = await main(argv, {
    out: (text) => {
      stdout += text;
    },
    err: (text) => {
      stderr += text;
    },
  });
  return { code, stdout, stderr };
}
