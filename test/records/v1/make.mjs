/**
 * Makes samples of every record that version 1 of rechnungspost stores, by driving that version itself:
 *
 *     node make.mjs CHECKOUT OUT
 *
 * CHECKOUT is a checkout of the version with its node_modules, OUT the folder for `records.json`, `killed-run/` and
 * `killed-run.expected.json`. Later versions read these files and so prove that they still read what version 1 wrote.
 *
 * The records come from the program's own command line and HTTP server. Only what they cannot be asked for is asked of
 * the checkout's modules: a kill at one certain call, and what happens on AWS alone.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const THIS_FILE = fileURLToPath(import.meta.url);
const [, , CHECKOUT_GIVEN, OUT_GIVEN, STEP, STEP_INPUT] = process.argv;
if (!CHECKOUT_GIVEN || !OUT_GIVEN) {
  console.error('Say where the checkout is and where the samples go: node make.mjs CHECKOUT OUT');
  process.exit(2);
}
const CHECKOUT = resolve(CHECKOUT_GIVEN);
const OUT = resolve(OUT_GIVEN);

// The program needs the Node that its own package names, and an older one cannot read its TypeScript at all.
if (!process.features.typescript) {
  const node = join(CHECKOUT, 'node_modules/.bin/node');
  process.exit(spawnSync(node, process.argv.slice(1), { stdio: 'inherit' }).status ?? 1);
}

/** A module of the checkout. Its own imports are found by the checkout's package.json. */
const use = (path) => import(pathToFileURL(join(CHECKOUT, path)));

// ---------------------------------------------------------------------------------------------------------------------
// The machine that the samples say they come from.

/** The 2nd of November is when a wholesaler bills October, whenever this script runs. */
const BEGIN = Date.parse('2026-11-02T03:00:00Z');
const MONTH = '2026-10';
const MINUTE = 60_000;

/** Kept short and free of anybody's name, as some stored reasons name the file that was in the way. */
const WORK = join(tmpdir(), 'rechnungspost-v1');

/**
 * Runs in each process of the program before the program does. The clock begins with the story, so that the samples
 * have the same days in every year. Host name and boot number stand in each lease: those of the machine that made the
 * samples are nobody's business, and a later reader must not take one of its own processes for theirs.
 */
function pretend() {
  const builtin = (name) => process.getBuiltinModule(name);
  const [os, fs] = [builtin('node:os'), builtin('node:fs')];
  const ahead = Number(process.env.SAMPLE_CLOCK_AHEAD);
  const RealDate = Date;
  globalThis.Date = class StoryDate extends RealDate {
    constructor(...given) {
      if (given.length === 0) super(RealDate.now() + ahead);
      else super(...given);
    }
    static now() {
      return RealDate.now() + ahead;
    }
  };
  os.hostname = () => 'sample';
  const { readFileSync } = fs;
  fs.readFileSync = (path, ...options) =>
    path === '/proc/sys/kernel/random/boot_id'
      ? '00000000-0000-4000-8000-000000000001\n'
      : readFileSync(path, ...options);
  builtin('node:module').syncBuiltinESMExports();
}
const PRETENDING = `data:text/javascript,${encodeURIComponent(`(${pretend})();`)}`;

/** How far the clock of the processes that start now is ahead of the real one. */
let ahead = BEGIN - Date.now();
/** Lets time pass between two processes: what waits for a later try is then due. */
const pass = (milliseconds) => {
  ahead += milliseconds;
};

/** Only what the program needs: nothing of the maker's own environment gets into a record. */
const environmentOf = (dataDir) => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  DATA_DIR: dataDir,
  PORT: '0',
  // No name is looked up outside this machine.
  DNS_SERVER: 'none',
  NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
  SAMPLE_CLOCK_AHEAD: String(ahead),
});

const running = new Set();
// Whatever happens, no process of ours outlives this one.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

function start(dataDir, module, args) {
  const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=8', '--import', PRETENDING];
  const child = spawn(process.execPath, [...flags, module, ...args], {
    cwd: CHECKOUT,
    env: environmentOf(dataDir),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      said[name] += text;
    });
  }
  const ended = new Promise((done) => {
    child.on('close', (code, signal) => {
      running.delete(child);
      done({ code, signal, ...said });
    });
  });
  return { child, said, ended };
}

/** `npm run -s cli -- …` on a data folder; 1 means that something needs a person, which is what most samples are for. */
async function cli(dataDir, ...args) {
  const { code, stdout, stderr } = await start(dataDir, join(CHECKOUT, 'lambdas/local/cli.ts'), [
    ...args,
    '--json',
  ]).ended;
  if (code !== 0 && code !== 1)
    throw new Error(`cli ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
  return JSON.parse(stdout);
}

/** A step of this file in a process of its own. @param killed whether it is to end by SIGKILL */
async function step(dataDir, name, input = {}, killed = false) {
  const given = [CHECKOUT, OUT, name, JSON.stringify(input)];
  const { code, signal, stdout, stderr } = await start(dataDir, THIS_FILE, given).ended;
  if (killed ? signal !== 'SIGKILL' : code !== 0) {
    throw new Error(`step ${name} ended with ${signal ?? code}: ${stdout}${stderr}`);
  }
}

/** `npm run serve` on a free port for as long as `work` takes. */
async function serving(dataDir, work) {
  const { child, said, ended } = start(dataDir, join(CHECKOUT, 'lambdas/local/serve.ts'), []);
  await until(() => /serves (http:\S+)/.test(said.stdout), ended, said);
  const [, url] = /serves (http:\S+)/.exec(said.stdout);
  try {
    await work(async (method, path, body, headers = {}) => {
      const answer = await fetch(url + path, {
        method,
        headers: { ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text === '' ? undefined : JSON.parse(text);
    });
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

async function until(isSo, ended, said) {
  let over = false;
  ended.then(() => {
    over = true;
  });
  while (!isSo()) {
    if (over) throw new Error(`It ended too early: ${said.stdout}${said.stderr}`);
    await new Promise((next) => setTimeout(next, 5));
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Steps: what the command line and the server cannot be asked for. Each runs in a process of its own.

const STEPS = {
  /** Bills a month as the command `run` does, and dies at a certain call. */
  async bill({ kill, customers }) {
    const local = await openProgram();
    const { cycleOrder, startRun } = await use('lambdas/core/start-run.ts');
    const { driveRun } = await use('lambdas/core/drive-run.ts');
    const wish = { cycle: 'monthly', period: MONTH, mailCustomersOnly: false, output: 'pdf', customers };
    const deps = await deadlyAt(kill, local);
    await driveRun(await startRun(cycleOrder(wish), deps), deps);
    await local.close();
  },

  /** Cancels an invoice as the command `cancel` does, and dies at a certain call. */
  async cancel({ kill, invoice }) {
    const local = await openProgram();
    const { cancelInvoice } = await use('lambdas/core/cancel-invoice.ts');
    const { driveRun } = await use('lambdas/core/drive-run.ts');
    const deps = await deadlyAt(kill, local);
    const request = { invoice, reopenNotes: true, reason: 'Preise falsch' };
    await cancelInvoice(request, deps, (run) => driveRun(run, deps));
    await local.close();
  },

  /** Imports delivery notes as the command does, and dies at a certain call. */
  async importDeliveries({ kill, file }) {
    const local = await openProgram();
    const { importFile } = await use('lambdas/local/commands/import.ts');
    await importFile('deliveries', file, readFileSync(file), false, await deadlyAt(kill, local));
    await local.close();
  },

  /** Resumes a run and leaves it to the next sweep, as the call of the HTTP API does before its server takes it up. */
  async resume({ run }) {
    const local = await openProgram();
    const { resumeRun } = await use('lambdas/core/pause-run.ts');
    await resumeRun(run, local);
    await local.close();
  },

  /** Spoils a record behind the program's back: so that it finds its books in disagreement. */
  async forgetInvoiceOfNote({ note }) {
    const local = await openProgram();
    const found = await local.table.get({ partition: `NOTE#${note}`, sort: 'NOTE' });
    const { invoice: _, ...open } = found.value;
    await local.table.write([{ put: found.key, value: open, expect: { version: found.version } }]);
    await local.close();
  },

  /** What happens on AWS alone: a schedule, a run taken on by many short processes, mails through SES and its events. */
  async cloud({ late }) {
    const { startSesServer, sesAccountClient } = await use('test/support/ses-server.ts');
    const { createSesMailer } = await use('lambdas/adapters/ses/mailer.ts');
    const { createSesAccount } = await use('lambdas/adapters/ses/account.ts');
    const { startScheduledRun } = await use('lambdas/core/start-scheduled-run.ts');
    const { advanceRun } = await use('lambdas/core/advance-run.ts');
    const { issueCustomers } = await use('lambdas/core/issue-customers.ts');
    const { sendMails } = await use('lambdas/core/send-mails.ts');
    const { createInstantInvoice } = await use('lambdas/core/create-instant-invoice.ts');
    const { driveRun } = await use('lambdas/core/drive-run.ts');
    const ses = await startSesServer();
    const queue = [];
    const deps = {
      ...(await openProgram()),
      openMailer: async () => createSesMailer({ client: ses.client, configurationSet: 'mailing' }),
      openMailAccount: () => createSesAccount(sesAccountClient(ses.endpoint)),
      queue: { wake: async (calls) => void queue.push(...calls) },
    };
    const first = await startScheduledRun({ cycle: 'monthly', scheduledAt: Date.now() }, deps);
    queue.push(first);
    for (let call = queue.shift(); call; call = queue.shift()) {
      if (call.kind === 'run') {
        const closed = await advanceRun(call, deps);
        // The function that sends is woken by the one that prints; here it is enough to send at the end.
        if (closed) await sendMails(await idsOfMails(deps), deps);
      } else if (call.kind === 'documents') await issueCustomers(call.run, call.customers, deps);
    }
    await tellEvents(deps);
    // A later invoice to a mailbox that bounced: nothing is sent.
    const order = { customer: late, output: 'pdf' };
    await createInstantInvoice(order, deps, (run) => driveRun(run, deps));
    await ses.close();
    await deps.close();
  },
};

/** The mails of the month in which the story plays. */
async function idsOfMails(deps) {
  const { listMonthMails } = await use('lambdas/core/repositories/mails.ts');
  return listMonthMails(deps.table, new Date().toISOString().slice(0, 7));
}

/** Events as SES publishes them, one fate for each mail, in the order in which the mails were queued. */
async function tellEvents(deps) {
  const { sesEvent } = await use('test/support/ses-events.ts');
  const { readSesEvent } = await use('lambdas/adapters/ses/feedback.ts');
  const { takeMailFeedback } = await use('lambdas/core/take-mail-feedback.ts');
  const { readMail } = await use('lambdas/core/repositories/mails.ts');
  const fates = [
    ['Send', 'DeliveryDelay', 'Delivery'],
    ['Send', 'Bounce'],
    ['Delivery', 'Complaint'],
    ['Reject'],
    ['Suppressed'],
    ['DeliveryDelay'],
  ];
  for (const [index, id] of (await idsOfMails(deps)).entries()) {
    const { recipients } = (await readMail(deps.table, id)).value;
    for (const [nth, type] of (fates[index] ?? []).entries()) {
      const at = new Date(Date.now() + nth * 1000).toISOString();
      const event = sesEvent(type === 'Suppressed' ? 'Bounce' : type, {
        mailId: id,
        to: recipients[0].address,
        at,
      });
      if (type === 'Suppressed') event.detail.bounce.bounceSubType = 'OnAccountSuppressionList';
      await takeMailFeedback(id, readSesEvent(event).feedback, deps);
    }
  }
}

async function openProgram() {
  const { openLocal } = await use('lambdas/wiring/local.ts');
  const { localConfig } = await use('lambdas/wiring/config.ts');
  const { createLocalWorkers } = await use('lambdas/local/workers.ts');
  const stop = new AbortController().signal;
  return openLocal(localConfig(process.env), { workers: createLocalWorkers(), stop, log: () => {} });
}

/**
 * The same program that ends itself with SIGKILL at one call to the world outside.
 * @param kill `when`: before or after. `call`: such as `archive.putOnce`. `puts`: of a write, what it must put, as
 *   `describe` names it. `times`: at which of such calls, the first unless given
 */
async function deadlyAt({ when, call, puts, times = 1 }, local) {
  const { hookIo } = await use('test/support/io.ts');
  let seen = 0;
  const look = (moment) => (name, args) => {
    if (moment !== when || name !== call) return;
    if (puts && !args[0].some((change) => 'put' in change && describe(change) === puts)) return;
    if (++seen === times) process.kill(process.pid, 'SIGKILL');
  };
  return hookIo(local, { before: look('before'), after: look('after') });
}

function describe({ put, value }) {
  const [what] = put.sort.split('#');
  if (value.finished) return `${what}:finished`;
  if (value.handedOverAt && value.state === 'sending') return `${what}:handing over`;
  return value.state ? `${what}:${value.state}` : what;
}

// ---------------------------------------------------------------------------------------------------------------------
// The wholesaler: customers and delivery notes of the program's own demo, few of them and short.

/** Where nobody listens: mails to it are tried and put off. */
const CLOSED_PORT = 1;

/** Cells of the demo's customers that are changed, so that they meet what the demo has none of. */
const CHANGED_CELLS = {
  // Its address is none: the invoice is printed.
  10008: [['buchhaltung@strasshofer.example', 'buchhaltung(at)strasshofer.example']],
  // Its VAT ID does not exist: it is held.
  10011: [[';10;;none;', ';10;DE111111111;none;']],
  // One of its addresses is none: the others get the mail.
  10013: [['mandant7@steuerbuero.example', 'mandant7(at)steuerbuero.example']],
};

/** @param notes how many notes each customer gets, by its number; @param lines of each note at most */
async function office(name, notes, { smtpPort = CLOSED_PORT, change = () => {}, lines = 2 } = {}) {
  const { demoSet } = await use('lambdas/local/demo/demo-set.ts');
  const demo = demoSet(MONTH, { smtpPort });
  const folder = join(WORK, name);
  const files = join(WORK, `${name}-files`);
  mkdirSync(files, { recursive: true });
  const [customersHead, ...customerRows] = demo.customersCsv.trim().split('\n');
  const customers = customerRows
    .filter((row) => row.split(';')[0] in notes)
    .map((row) =>
      (CHANGED_CELLS[row.split(';')[0]] ?? []).reduce((text, [from, to]) => replaced(text, from, to), row),
    );
  const deliveries = fewNotes(demo.deliveriesCsv.trim().split('\n'), notes, lines);
  // The logo would be the largest part of each sample by far, once for each run.
  const settings = { ...demo.settings, pdf: { ...demo.settings.pdf, logo: '' } };
  change(settings);
  const at = (file) => join(files, file);
  writeFileSync(at('settings.json'), JSON.stringify(settings));
  writeFileSync(at('customers.csv'), [customersHead, ...customers, ''].join('\n'));
  writeFileSync(at('deliveries.csv'), [...deliveries, ''].join('\n'));
  return {
    name,
    folder,
    at,
    cli: (...args) => cli(folder, ...args),
    step: (...args) => step(folder, ...args),
    async settings(over) {
      over(settings);
      writeFileSync(at('settings.json'), JSON.stringify(settings));
      await cli(folder, 'import', 'settings', at('settings.json'));
    },
    async load(...what) {
      for (const kind of what) {
        await cli(folder, 'import', kind, at(`${kind}.${kind === 'settings' ? 'json' : 'csv'}`));
      }
    },
  };
}

function replaced(text, from, to) {
  if (!text.includes(from)) throw new Error(`The demo's customers have no "${from}" any more: ${text}`);
  return text.replace(from, to);
}

/** Each customer's first notes, with their first lines alone. */
function fewNotes([head, ...rows], wanted, lines) {
  const taken = new Map();
  const kept = rows.filter((row) => {
    const [note, , customer, position] = row.split(';');
    const notes = taken.get(customer) ?? new Set();
    if (notes.size < (wanted[customer] ?? 0)) notes.add(note);
    taken.set(customer, notes);
    return notes.has(note) && Number(position) <= lines;
  });
  return [head, ...kept];
}

/** A copy of a data folder, for a story that goes another way from here. */
function copyOf(place, name) {
  const folder = join(WORK, name);
  cpSync(place.folder, folder, { recursive: true });
  return {
    ...place,
    name,
    folder,
    cli: (...args) => cli(folder, ...args),
    step: (...args) => step(folder, ...args),
  };
}

/** The id of the newest run. */
async function newestRun(place) {
  const { runs } = await place.cli('report');
  return runs.at(-1).id;
}

// ---------------------------------------------------------------------------------------------------------------------
// Scenarios.

const scenarios = [];

/** Keeps all items of the table as they are now. */
async function keep(place, scenario, about, more = {}) {
  scenarios.push({ scenario, about, ...more, items: await itemsOf(place.folder) });
  console.log(`  ${scenario}: ${scenarios.at(-1).items.length} items`);
}

/** Read from a copy, so that not even the files beside the database change. */
async function itemsOf(folder) {
  const { DatabaseSync } = await import('node:sqlite');
  const copy = join(WORK, 'reading');
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy);
  for (const name of readdirSync(folder).filter((file) => file.startsWith('rechnungspost.sqlite'))) {
    cpSync(join(folder, name), join(copy, name));
  }
  const db = new DatabaseSync(join(copy, 'rechnungspost.sqlite'));
  const rows = db.prepare('SELECT partition, sort, value FROM items ORDER BY partition, sort').all();
  db.close();
  return rows.map(({ partition, sort, value }) => ({ key: { partition, sort }, value: JSON.parse(value) }));
}

/** The table that is kept whole: a month of a small wholesaler at whose end nothing waits. */
async function month() {
  const { startSmtpServer } = await use('test/support/smtp-server.ts');
  const smtp = await startSmtpServer();
  const place = await office(
    'month',
    { 10001: 2, 10002: 1, 10004: 3, 10005: 1, 10008: 1, 10011: 1, 10012: 1, 10016: 1, 10037: 0 },
    {
      smtpPort: smtp.port,
      change: ({ mail }) => {
        mail.bcc = ['ablage@ostertal.example'];
      },
    },
  );
  await place.load('settings');
  // Own templates of both kinds: a text and the labels of one language.
  const own = place.at('templates');
  mkdirSync(join(own, 'mail'), { recursive: true });
  mkdirSync(join(own, 'labels'), { recursive: true });
  const shipped = (path) => readFileSync(join(CHECKOUT, 'templates', path), 'utf8');
  writeFileSync(
    join(own, 'mail/invoice.txt.hbs'),
    `${shipped('mail/invoice.txt.hbs')}\nwww.ostertal.example\n`,
  );
  writeFileSync(
    join(own, 'labels/en.json'),
    replaced(shipped('labels/en.json'), '"piece": "pcs"', '"piece": "pc"'),
  );
  await place.cli('import', 'templates', own);
  await place.load('customers', 'deliveries');
  await keep(place, 'templates', 'Own templates are in force, and nothing is billed yet.');

  await place.cli('run', '--cycle', 'monthly', '--period', MONTH);
  const run = await newestRun(place);
  const { customers } = await place.cli('report', run);
  const invoiceOf = (customer) => customers.find((one) => one.customer === customer).invoice;
  await place.cli('print-file', run, '--to', place.at('post.pdf'));
  // The shipped templates come back, so that a reader of this table needs no archive to go on with it.
  rmSync(own, { recursive: true });
  mkdirSync(own);
  await place.cli('import', 'templates', own);

  const cancel = ['--yes', '--reason', 'Rabatt vergessen'];
  await place.cli('cancel', invoiceOf('10001'), '--reopen', ...cancel);
  await place.cli(
    'cancel',
    invoiceOf('10012'),
    '--output',
    'print',
    '--to',
    place.at('cancellation.pdf'),
    '--yes',
  );
  // What was opened again is corrected and billed anew.
  const rows = readFileSync(place.at('deliveries.csv'), 'utf8').split('\n');
  const head = rows[0].split(';');
  const row = rows.find((one) => one.split(';')[head.indexOf('customer')] === '10001').split(';');
  const corrected = rows
    .filter((one) => one.startsWith(`${row[0]};`))
    .map((one) => one.split(';').with(head.indexOf('discount_percent'), '5').join(';'));
  writeFileSync(place.at('corrected.csv'), [rows[0], ...corrected, ''].join('\n'));
  await place.cli('import', 'deliveries', place.at('corrected.csv'));
  await place.cli('invoice', '--customer', '10001');

  const noteOf = (customer) =>
    rows.find((one) => one.split(';')[head.indexOf('customer')] === customer).split(';')[0];
  await place.cli(
    'delivery-notes',
    '--number',
    noteOf('10004'),
    '--year',
    '2026',
    '--prices',
    '--output',
    'pdf',
  );
  await place.cli(
    'delivery-notes',
    '--customer',
    '10016',
    '--period',
    MONTH,
    '--no-prices',
    '--output',
    'pdf',
  );

  await serving(place.folder, async (call) => {
    const line = {
      position: 1,
      description: 'Bergkäse',
      quantity: '2.5',
      unit: 'kg',
      unitPrice: '14.90',
      vatRate: '7',
    };
    // The till: goods that are on no note yet; the same call again is the same invoice.
    const order = { customer: '10002', lines: [line], note: { number: 'T-1', date: '2026-11-02' } };
    const key = { 'Idempotency-Key': 'till-1-receipt-4711' };
    const invoice = await call('POST', '/api/invoices', order, key);
    const again = await call('POST', '/api/invoices', order, key);
    if (invoice.number !== again.number) throw new Error('The same key made two invoices.');

    const note = { date: '2026-11-02', customer: '10005', lines: [line] };
    await call('PUT', '/api/deliveries/2026/ERP-1', note);
    await call('POST', '/api/invoices', { customer: '10005', deliveries: ['2026/ERP-1'], output: 'screen' });
    // One note is deleted for good, and one comes back under its number.
    await call('PUT', '/api/deliveries/2026/ERP-2', note);
    await call('DELETE', '/api/deliveries/2026/ERP-2');
    await call('PUT', '/api/deliveries/2026/ERP-3', note);
    await call('DELETE', '/api/deliveries/2026/ERP-3');
    await call('PUT', '/api/deliveries/2026/ERP-3', { ...note, lines: [{ ...line, quantity: '1' }] });
    const customer = { name: 'Wochenmarkt Lindau', street: 'Am Hafen 1', zip: '88131', city: 'Lindau' };
    await call('PUT', '/api/customers/10090', { ...customer, billingCycle: 'weekly' });
    await call('PUT', '/api/customers/10090', { ...customer, billingCycle: 'daily' });
    await call('DELETE', '/api/customers/10090');
  });
  await place.settings((settings) => {
    settings.company.phone = '+49 831 555011';
  });
  await keep(
    place,
    'month',
    'A month that is billed, mailed and printed, with cancellations, instant invoices and deletions. Nothing waits.',
    {
      complete: true,
    },
  );
  await smtp.close();
}

/** Mails that met everything a mail server may say. */
async function troubles() {
  const { startScriptedServer } = await use('test/support/scripted-smtp.ts');
  const [OK, TAKEN, LOST] = ['250 2.1.5 recipient ok', '250 2.0.0 queued as 42', 'close'];
  const [NOBODY, LATER, SPAM] = [
    '550 5.1.1 no such user',
    '450 4.2.0 greylisted',
    '554 5.7.1 looks like spam',
  ];
  // In the order in which the run sends: one answer for each recipient, and one for the message if any was taken.
  const fates = [
    { customer: '10001', recipients: [OK], message: TAKEN },
    { customer: '10004', recipients: [OK, NOBODY], message: TAKEN },
    { customer: '10005', recipients: [LATER] },
    { customer: '10006', recipients: [OK, OK], message: LOST },
    { customer: '10009', recipients: [NOBODY] },
    { customer: '10013', recipients: [OK, OK], message: TAKEN },
    { customer: '10014', recipients: [OK, OK], message: LOST },
    { customer: '10016', recipients: [OK], message: LOST },
    { customer: '10017', recipients: [OK], message: SPAM },
    { customer: '10018', recipients: [OK], message: TAKEN },
  ];
  const script = {
    RCPT: fates.flatMap(({ recipients }) => recipients),
    dot: fates.flatMap(({ message }) => message ?? []),
  };
  const smtp = await startScriptedServer(script);
  const monthly = [...fates.map(({ customer }) => customer), '10008'];
  const later = ['10019', '10021', '10022', '10023', '10025'];
  const place = await office(
    'troubles',
    Object.fromEntries([...monthly, ...later].map((number) => [number, 1])),
    {
      smtpPort: smtp.port,
      lines: 1,
      change: ({ mail }) => {
        // One after the other, so that the script fits.
        mail.pace = { perSecond: 50, perHour: 1000, perDay: 5000, connections: 1 };
      },
    },
  );
  await place.load('settings', 'customers', 'deliveries');
  await place.cli('run', '--cycle', 'monthly', '--period', MONTH, '--customers', monthly.join());
  const run = await newestRun(place);
  await keep(
    place,
    'mails answered',
    'A run whose mails were accepted, partly refused, put off, refused, and lost.',
  );

  const { mails } = await place.cli('mails', '--month', '2026-11');
  const mailOf = (customer) => mails.find((mail) => mail.customer === customer);
  Object.assign(script, { RCPT: OK, dot: TAKEN });
  await place.cli('decide', mailOf('10014').id, 'count-as-sent');
  await place.cli('decide', mailOf('10016').id, 'send-again');
  await place.cli('reprint', '--number', mailOf('10018').invoice, '--output', 'pdf', '--yes');
  await place.cli('print-file', run, '--to', place.at('post.pdf'));

  await place.settings(({ mail }) => {
    mail.transport = 'off';
  });
  await place.cli('invoice', '--customer', '10023');
  await place.settings(({ mail }) => {
    mail.transport = 'smtp';
    mail.whenUnknown = 'send again';
  });
  script.dot = LOST;
  await place.cli('invoice', '--customer', '10019');
  script.dot = TAKEN;
  await place.settings(({ mail }) => {
    mail.maxMegabytes = 0.1;
  });
  // A long text in an own template makes a mail too large without making any record large.
  const own = place.at('templates');
  mkdirSync(join(own, 'mail'), { recursive: true });
  const text = readFileSync(join(CHECKOUT, 'templates/mail/invoice.txt.hbs'), 'utf8');
  writeFileSync(join(own, 'mail/invoice.txt.hbs'), text + 'Frisch aus dem Ostertal.\n'.repeat(4000));
  await place.cli('import', 'templates', own);
  await place.cli('invoice', '--customer', '10022');
  rmSync(join(own, 'mail'), { recursive: true });
  await place.cli('import', 'templates', own);
  await place.settings(({ mail }) => {
    mail.maxMegabytes = 25;
    // This server has no STARTTLS: it refuses all mails, and the mailing is held.
    mail.smtp.encryption = 'starttls';
  });
  await place.cli('invoice', '--customer', '10021');
  await place.cli('invoice', '--customer', '10025');
  await keep(
    place,
    'mails decided',
    'What people did about those mails; then mails that are sent again, too large, and held.',
  );
  await smtp.close();
}

const FOUR = { 10001: 1, 10002: 1, 10005: 1, 10014: 1 };

/** Processes that were killed, each at another call. */
async function kills() {
  const base = await office('base', FOUR, { lines: 1 });
  await base.load('settings', 'customers', 'deliveries');

  const planning = copyOf(base, 'planning');
  await planning.step('bill', { kill: { when: 'before', call: 'table.write', puts: 'RUN:sealed' } }, true);
  await keep(planning, 'killed while planning', 'The notes are claimed, and no numbers are taken.');
  await planning.cli('pause', await newestRun(planning));
  await keep(planning, 'paused while planning', 'The same run, paused.');

  const releasing = copyOf(base, 'releasing');
  await releasing.step(
    'bill',
    { kill: { when: 'after', call: 'table.write', puts: 'INVOICE', times: 2 } },
    true,
  );
  await keep(
    releasing,
    'killed while issuing',
    'Two invoices are issued; the notes of the second are still claimed.',
  );
  await releasing.cli('pause', await newestRun(releasing));
  await keep(releasing, 'paused while issuing', 'The same run, paused.');

  const closed = copyOf(base, 'closed');
  await closed.step('bill', { kill: { when: 'after', call: 'table.write', puts: 'RUN:closed' } }, true);
  await keep(
    closed,
    'killed before mailing',
    'The books are closed, and the mails wait for their first try.',
  );
  await closed.cli('pause', await newestRun(closed));
  pass(MINUTE);
  await closed.cli('sweep');
  await keep(closed, 'paused before mailing', 'The same run, paused: its mails rest without due items.');
  const resumed = copyOf(closed, 'resumed');
  await resumed.step('resume', { run: await newestRun(resumed) });
  await keep(resumed, 'resumed', 'The same run, resumed, and not yet taken up.');
  await resumed.cli('sweep');
  await keep(
    resumed,
    'taken up again',
    'The same run after that: its mails were woken and put off, as no server answers.',
  );

  const cancelling = copyOf(resumed, 'cancelling');
  const { customers } = await cancelling.cli('report', await newestRun(cancelling));
  const { invoice } = customers.find(({ customer }) => customer === '10002');
  const atLine = { when: 'after', call: 'table.write', puts: 'LINE:issued' };
  await cancelling.step('cancel', { invoice, kill: { ...atLine, puts: 'LINE:planned' } }, true);
  await keep(cancelling, 'killed while cancelling', 'The cancellation is planned, and has no number.');
  const reopening = copyOf(resumed, 'reopening');
  await reopening.step('cancel', { invoice, kill: atLine }, true);
  await keep(
    reopening,
    'killed while reopening',
    'The cancellation is issued; the notes are not open again yet.',
  );

  const books = copyOf(base, 'books');
  await books.step('bill', { kill: { when: 'before', call: 'table.write', puts: 'RUN:closed' } }, true);
  const [{ value }] = (await itemsOf(books.folder)).filter(({ key }) => key.sort.startsWith('BILLED#'));
  await books.step('forgetInvoiceOfNote', { note: value.noteId });
  await books.cli('sweep');
  await keep(books, 'books disagree', 'A note was spoilt before the books were closed, and the run says so.');

  const failed = copyOf(base, 'failed');
  // A file where the archive needs a folder, and somebody else's document under the name of ours.
  const inTheWay = ['.rechnungspost/files/invoices/2026/11/02/.Rechnung-10001-2026000001-2026-11-02-1.pdf'];
  inTheWay.push('invoices/2026/11/02/Rechnung-10002-2026000002-2026-11-02-1.pdf');
  for (const path of inTheWay) {
    const file = join(failed.folder, 'archive', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'in the way');
  }
  await failed.cli('run', '--cycle', 'monthly', '--period', MONTH);
  await keep(
    failed,
    'documents failed',
    'Documents that could not be filed: one failed, one is held by a foreign file.',
  );
  for (const path of inTheWay) rmSync(join(failed.folder, 'archive', path));
  pass(6 * MINUTE);
  await failed.cli('sweep');
  await keep(failed, 'documents made later', 'They were made after the books were closed.');

  const loading = await office('loading', FOUR, { lines: 1 });
  await loading.load('settings', 'customers');
  const kill = { when: 'after', call: 'table.write', puts: 'NOTE', times: 2 };
  await loading.step('importDeliveries', { file: loading.at('deliveries.csv'), kill }, true);
  await keep(loading, 'killed while importing', 'The marker of the import stands.');
}

/** Orders, numbers and settings that the other stories have none of. */
async function others() {
  const place = await office('others', FOUR, {
    lines: 1,
    change: (settings) => {
      settings.pdf = { ...settings.pdf, logo: 'logo.svg', folders: 'month' };
      settings.numbering = { format: 'R{yy}{mm}{number:4}', firstNumber: 501 };
    },
  });
  const square =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 70 25"><rect width="70" height="25" fill="#246"/></svg>';
  writeFileSync(place.at('logo.svg'), square);
  await place.load('settings', 'customers', 'deliveries');
  // Nobody is billed weekly or daily: runs without a draft, which take no number.
  await place.cli('run', '--cycle', 'weekly', '--period', '2026-W44');
  await place.cli('run', '--cycle', 'daily', '--period', '2026-10-31');
  const print = ['--output', 'print', '--to', place.at('post.pdf'), '--invoice-date', '2026-11-03'];
  await place.cli('run', '--cycle', 'monthly', '--period', MONTH, '--mail-customers-only', ...print);
  await keep(
    place,
    'other runs',
    'Empty runs, one for those alone who want mail, a number format and a logo of its own.',
  );
}

/** Processes that were killed at a mail: the first went out, the second was on its way. */
async function killsAtMails() {
  const { startSmtpServer } = await use('test/support/smtp-server.ts');
  const smtp = await startSmtpServer();
  const place = await office('mailing', FOUR, {
    smtpPort: smtp.port,
    lines: 1,
    change: ({ mail }) => {
      mail.pace.connections = 1;
    },
  });
  await place.load('settings', 'customers', 'deliveries');
  const before = copyOf(place, 'sending');
  await before.step('bill', { kill: { when: 'before', call: 'mailer.send', times: 2 } }, true);
  await keep(
    before,
    'killed while sending',
    'A process has a mail and a connection, and nothing was handed over.',
  );
  const atMark = { when: 'after', call: 'table.write', puts: 'MAIL:handing over', times: 2 };
  await place.step('bill', { kill: atMark }, true);
  await keep(place, 'killed while handing over', 'The server may have the mail or not.');
  await place.cli('sweep');
  await keep(place, 'hand-over unknown', 'The next process has noted that nobody knows.');
  await smtp.close();
}

async function cloud() {
  const notes = { 10001: 1, 10005: 1, 10014: 1, 10016: 1, 10017: 1, 10018: 1, 10023: 1 };
  const place = await office('cloud', notes, {
    lines: 1,
    change: (settings) => {
      settings.mail.transport = 'ses';
      settings.schedule = { release: 'automatic' };
    },
  });
  await place.load('settings', 'customers', 'deliveries');
  const late = readFileSync(place.at('deliveries.csv'), 'utf8').split('\n');
  const row = late.find((one) => one.split(';')[2] === '10005').split(';');
  // One more note, of November, so that the month leaves it to a later invoice.
  const more = row.with(0, 'L-2611-0001').with(1, '2026-11-02').join(';');
  writeFileSync(place.at('more.csv'), [late[0], more, ''].join('\n'));
  await place.cli('import', 'deliveries', place.at('more.csv'));
  await place.step('cloud', { late: '10005' });
  await keep(
    place,
    'cloud',
    'As on AWS: started by its schedule, mailed through SES, with what SES told afterwards.',
  );
}

/** `npm start` on an empty folder: killed at once, and started again to its end. */
async function demo() {
  const place = { folder: join(WORK, 'demo') };
  const file = join(place.folder, 'rechnungspost.sqlite');
  const module = join(CHECKOUT, 'lambdas/local/start.ts');
  const first = start(place.folder, module, []);
  const { DatabaseSync } = await import('node:sqlite');
  const has = (partition) => {
    if (!existsSync(file)) return false;
    const db = new DatabaseSync(file, { readOnly: true });
    try {
      return db.prepare('SELECT 1 FROM items WHERE partition = ?').get(partition) !== undefined;
    } catch {
      // The program is just making the table.
      return false;
    } finally {
      db.close();
    }
  };
  await until(() => has('SETTINGS'), first.ended, first.said);
  first.child.kill('SIGKILL');
  await first.ended;
  await keep(place, 'demo begun', '`npm start` was killed while it loaded the demo.');
  const second = start(place.folder, module, []);
  await until(() => second.said.stdout.includes('Ctrl-C ends it.'), second.ended, second.said);
  second.child.kill('SIGTERM');
  await second.ended;
  await keep(place, 'demo', 'The demo is billed.');
}

// ---------------------------------------------------------------------------------------------------------------------
// The killed run: a whole data folder.

async function killedRun() {
  const notes = { 10001: 2, 10002: 1, 10004: 3, 10005: 1, 10008: 1, 10011: 1, 10012: 1, 10037: 0 };
  const place = await office('killed-run', notes, { lines: 3 });
  await place.load('settings', 'customers', 'deliveries');
  // Customers 10001 (two documents) and 10002 are done; of 10004 the invoice is filed, its overview is not, and nothing
  // of either is on record.
  await place.step('bill', { kill: { when: 'after', call: 'archive.putOnce', times: 4 } }, true);
  await keep(place, 'killed run', 'The table of the folder `killed-run`.');
  const target = join(OUT, 'killed-run');
  rmSync(target, { recursive: true, force: true });
  cpSync(place.folder, target, { recursive: true });

  const items = scenarios.at(-1).items;
  const invoicesOf = (all) => all.filter(({ key }) => key.sort === 'INVOICE').map(({ value }) => value);
  const recorded = new Set(invoicesOf(items).flatMap(({ documents }) => documents.map(({ key }) => key)));
  const lines = items.filter(({ key }) => /^RUN#/.test(key.partition) && /^LINE#/.test(key.sort));

  const goneOn = copyOf(place, 'killed-run-gone-on');
  pass(MINUTE);
  await goneOn.cli('sweep');
  const run = await newestRun(goneOn);
  const report = await goneOn.cli('report', run);
  const after = new Map(
    invoicesOf(await itemsOf(goneOn.folder)).map((invoice) => [invoice.facts.number, invoice]),
  );
  const { state, invoiceDate, counts, totals, discrepancies } = report;
  const customers = report.customers.map((line) => {
    const {
      customer,
      name,
      state: ended,
      reasons,
      invoice,
      notes: count,
      net,
      vat,
      gross,
      files = [],
    } = line;
    const { value: before } = lines.find(({ value }) => value.customer === customer);
    return {
      ...{
        customer,
        name,
        stateAtKill: before.state,
        state: ended,
        reasons,
        invoice,
        notes: count,
        net,
        vat,
        gross,
      },
      // What became of a mail depends on the time that has passed; the way of an invoice does not.
      ...(invoice ? { way: after.get(invoice).delivery.state } : {}),
      files: files.map((key) => {
        const path = join(place.folder, 'archive', key);
        if (!existsSync(path)) return { key, atKill: 'not there' };
        const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
        return { key, atKill: recorded.has(key) ? 'recorded' : 'filed, not recorded', sha256 };
      }),
    };
  });
  // What the folder is kept for.
  const atKill = (state) =>
    customers.flatMap(({ files }) => files).filter((file) => file.atKill === state).length;
  const isInTheMiddle = recorded.size >= 2 && atKill('filed, not recorded') >= 1 && atKill('not there') >= 1;
  if (!isInTheMiddle) throw new Error('The run was not killed in the middle.');
  const expected = {
    run,
    about: 'What version 1 makes of a copy of `killed-run` when it goes on: `sweep`, then `report RUN`.',
    stateAtKill: items.find(({ key }) => key.sort === 'RUN').value.state,
    ...{ state, invoiceDate, counts, totals, discrepancies, customers },
  };
  if (state !== 'closed' || discrepancies.length > 0)
    throw new Error('The killed run was not brought to its end.');
  writeFileSync(join(OUT, 'killed-run.expected.json'), `${JSON.stringify(expected, undefined, 2)}\n`);
}

// ---------------------------------------------------------------------------------------------------------------------
// What a record is, what the samples must hold, and what of them is kept.

/** All that a record is an example of: its type first, then the states in which it is. */
function labelsOf({ key: { partition, sort }, value }) {
  const [family] = partition.split('#');
  const [kind] = sort.split('#');
  const all = (type, ...states) => [type, ...states.filter(Boolean).map((state) => `${type}: ${state}`)];
  if (kind === 'JOURNAL') return all(`${family} JOURNAL`, value.event);
  switch (family) {
    case 'CUSTOMER':
      if (kind === 'BILLING')
        return all('CUSTOMER BILLING', value.claims.length > 0 ? 'with claims' : 'without claims');
      return all(`CUSTOMER ${kind}`);
    case 'NOTE':
      if (kind === 'NOTE') return all('NOTE', value.invoice ? 'billed' : 'not billed');
      if (kind === 'DOCUMENT') return all('NOTE DOCUMENT', value.prices ? 'with prices' : 'without prices');
      return all(`NOTE ${kind}`);
    case 'RUN':
      if (kind === 'RUN') return all('RUN', ...statesOfRun(value));
      if (kind === 'LINE') return all('RUN LINE', ...statesOfLine(value));
      if (kind === 'SETTINGS') return all('RUN SETTINGS', logoIn(value));
      return all(`RUN ${kind}`);
    case 'RUNS':
      return all(`RUNS ${kind}`);
    case 'NUMBERS':
      return all(`NUMBERS ${kind}`);
    case 'INVOICE':
      if (kind !== 'INVOICE') return all(`INVOICE ${kind}`);
      return all('INVOICE', ...statesOfInvoice(value));
    case 'MAIL':
      return all('MAIL', ...statesOfMail(value));
    case 'DUE':
      return all(partition, value.worker ? 'with a process' : 'without a process');
    case 'MAILING':
      if (sort === 'PACE') return all('MAILING PACE', value.quota && 'with a quota');
      if (sort === 'CONNECTIONS')
        return all('MAILING CONNECTIONS', value.holders.length > 0 ? 'held' : 'free');
      return all(`MAILING ${sort}`);
    case 'IDEMPOTENCY':
    case 'SCHEDULE':
    case 'SUPPRESSED':
    case 'ACTIVE':
    case 'CUSTOMERS':
    case 'INVOICES':
    case 'MAILS':
      return all(family);
    case 'SETTINGS':
      return all('SETTINGS SETTINGS', logoIn(value.settings));
    case 'TEMPLATES':
      return all('TEMPLATES', Object.keys(value.set).length > 0 ? 'own files' : 'no own files');
    case 'DEMO':
      return all('DEMO', value.billed ? 'billed' : 'not billed');
    default:
      return all(`${family} ${kind}`);
  }
}

const logoIn = ({ pdf }) => (pdf.logo ? 'with a logo' : 'without a logo');

const statesOfRun = (run) => [
  run.paused ? `${run.state}, paused` : run.finished ? 'finished' : run.state,
  run.order.kind,
  `output ${run.order.output}`,
  run.order.customers && 'chosen customers',
  run.order.notes && 'chosen notes',
  run.order.cycle,
  run.order.mailCustomersOnly && 'mail customers only',
  run.order.invoiceDate && 'chosen date',
  run.state !== 'planning' && !run.numbers && 'without numbers',
  run.order.cancellation && (run.order.cancellation.reopenNotes ? 'reopens notes' : 'leaves notes billed'),
  run.templates && 'own templates',
  run.pauses && !run.paused && 'was paused',
  run.wokenAfter !== undefined && 'mails woken',
  run.turn !== undefined && 'counts turns',
  run.discrepancies && 'books disagree',
];

const statesOfLine = (line) => [
  line.draft && line.state === 'held' ? 'held, with a draft' : line.state,
  line.lease && 'with a lease',
  line.releasing && 'releasing',
  line.attempts !== undefined && line.state === 'issued' && 'issued at a later try',
];

const statesOfInvoice = ({ delivery, cancelledBy, notesReopened, facts }) => [
  `${delivery.state}${delivery.mailId && delivery.state === 'printed' ? ', as its mail failed' : ''}`,
  delivery.reason && 'to print for a reason',
  cancelledBy && (notesReopened ? 'cancelled, notes open again' : 'cancelled, notes left billed'),
  facts.cancels && 'is a cancellation',
  facts.skonto && 'with a discount for early payment',
  facts.payment.by === 'direct-debit' && 'paid by direct debit',
  facts.totals.vatRows.some(({ category }) => category === 'K') && 'supply to another country',
];

const statesOfMail = (mail) => [
  mail.state === 'sending' && mail.handedOverAt ? 'sending, being handed over' : mail.state,
  mail.state === 'held' && mail.reason.includes('mail.maxMegabytes') && 'held, too large',
  mail.dueAt === undefined && mail.state === 'queued' && 'queued, resting',
  mail.run === undefined && 'mailed again by a person',
  mail.sentAgain && 'sent again by itself',
  mail.malformed && 'with a malformed address',
  mail.feedback && 'with feedback',
  mail.recipients.length > 1 && 'several recipients',
  ...mail.recipients.map((recipient) => `recipient ${recipient.kind}`),
  ...mail.recipients.map((recipient) => `recipient ${recipient.state}`),
  ...(mail.feedback ?? []).map(({ kind }) => `feedback ${kind}`),
];

/** What version 1 can write. A sample that is missing is an error of this script. */
const WANTED = {
  CUSTOMERS: [],
  'CUSTOMER BILLING': ['with claims', 'without claims'],
  'CUSTOMER OPEN': [],
  'CUSTOMER BILLED': [],
  'CUSTOMER INVOICE': [],
  'CUSTOMER FORMER': [],
  'CUSTOMER JOURNAL': ['customer created', 'customer changed', 'customer deleted'],
  NOTE: ['billed', 'not billed'],
  'NOTE DOCUMENT': ['with prices', 'without prices'],
  'NOTE FORMER': [],
  'NOTE JOURNAL': ['note created', 'note changed', 'note billed', 'note opened again', 'note deleted'],
  RUN: [
    ...['planning', 'planning, paused', 'sealed', 'sealed, paused', 'closed', 'closed, paused', 'finished'],
    ...['cycle', 'instant', 'cancellation', 'output pdf', 'output print', 'output screen'],
    ...['monthly', 'weekly', 'daily', 'mail customers only', 'chosen date', 'without numbers'],
    ...['chosen customers', 'chosen notes', 'reopens notes', 'leaves notes billed', 'own templates'],
    ...['was paused', 'mails woken', 'counts turns', 'books disagree'],
  ],
  'RUN SETTINGS': ['with a logo', 'without a logo'],
  'RUN LINE': [
    ...['nothing to bill', 'held', 'held, with a draft', 'planned', 'issued', 'failed'],
    ...['with a lease', 'releasing', 'issued at a later try'],
  ],
  'RUN PAUSED': [],
  'RUNS RUN': [],
  'RUNS CHAIN': [],
  'RUNS JOURNAL': ['run closed', 'invoice issued after its run was closed'],
  ACTIVE: [],
  'NUMBERS COUNTER': [],
  'NUMBERS RESERVED': [],
  'NUMBERS NEWEST-DATE': [],
  INVOICE: [
    ...['filed', 'to print', 'to print for a reason', 'printed', 'printed, as its mail failed', 'mail'],
    ...['cancelled, notes open again', 'cancelled, notes left billed', 'is a cancellation'],
    ...['with a discount for early payment', 'paid by direct debit', 'supply to another country'],
  ],
  'INVOICE CANCELLATION': [],
  'INVOICE JOURNAL': [
    ...['invoice issued', 'invoice printed', 'invoice cancelled'],
    ...['mail queued by a person', 'mail counted as sent by a person'],
  ],
  INVOICES: [],
  MAIL: [
    ...[
      'queued',
      'queued, resting',
      'sending',
      'sending, being handed over',
      'accepted',
      'deferred',
      'failed',
    ],
    ...[
      'held',
      'held, too large',
      'unknown',
      'settled',
      'replaced',
      'delivered',
      'bounced',
      'suppressed',
      'complained',
    ],
    ...[
      'mailed again by a person',
      'sent again by itself',
      'with a malformed address',
      'several recipients',
      'with feedback',
    ],
    ...['recipient to', 'recipient cc', 'recipient bcc'],
    ...['waiting', 'accepted', 'deferred', 'failed', 'unknown', 'settled', 'suppressed'].map(
      (state) => `recipient ${state}`,
    ),
    ...['accepted', 'delayed', 'delivered', 'bounced', 'suppressed', 'complained', 'rejected'].map(
      (kind) => `feedback ${kind}`,
    ),
  ],
  MAILS: [],
  'DUE#run': ['with a process', 'without a process'],
  'DUE#invoice': ['without a process'],
  'DUE#mail': ['with a process', 'without a process'],
  'MAILING HOLD': [],
  'MAILING PACE': ['with a quota'],
  'MAILING CONNECTIONS': ['held', 'free'],
  SUPPRESSED: [],
  IDEMPOTENCY: [],
  SCHEDULE: [],
  'IMPORT MARKER': [],
  'SETTINGS SETTINGS': ['with a logo', 'without a logo'],
  'SETTINGS JOURNAL': ['settings created', 'settings changed'],
  TEMPLATES: ['own files', 'no own files'],
  'TEMPLATES JOURNAL': ['templates changed'],
  DEMO: ['billed', 'not billed'],
};

/** Of records that are alike in type, states and fields, so many are enough beside those of the whole table. */
const ALIKE = 2;

/** Keeps the whole table whole, and of the others what shows something that was not seen often enough before. */
function pruned(all) {
  const seen = new Map();
  const isNew = (sign, times) => {
    const count = seen.get(sign) ?? 0;
    seen.set(sign, count + 1);
    return count < times;
  };
  return all.map(({ items, ...scenario }) => {
    if (scenario.complete) return { ...scenario, items };
    const kept = items.filter((item) => {
      const labels = labelsOf(item);
      const isOfNewStates = isNew(JSON.stringify([labels, Object.keys(item.value)]), ALIKE);
      // Fields may be there or not deep inside as well: one of each such kind is enough.
      const isOfNewShape = isNew(JSON.stringify([labels[0], shapeOf(item.value)]), 1);
      return isOfNewStates || isOfNewShape;
    });
    return { ...scenario, items: kept };
  });
}

/** The names of all fields, in all depths. What is no name, such as the path of a template, counts as any. */
function shapeOf(value) {
  if (Array.isArray(value)) return [...new Set(value.map((one) => JSON.stringify(shapeOf(one))))].sort();
  if (typeof value !== 'object' || value === null) return typeof value;
  const fields = Object.entries(value).map(
    ([name, one]) => `${/^[a-z]+$/i.test(name) ? name : '*'} ${JSON.stringify(shapeOf(one))}`,
  );
  return [...new Set(fields)].sort();
}

/** One item a line: small, and what changes from one making to the next can be read. */
function asText(all) {
  const texts = all.map(({ items, ...scenario }) => {
    const head = JSON.stringify(scenario).slice(0, -1);
    return `${head},"items":[\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]}`;
  });
  return `[\n${texts.join(',\n')}\n]\n`;
}

/** Prints how many records there are of each type and state. @returns whether none is missing */
function printChecklist(all) {
  const counts = new Map();
  for (const item of all.flatMap(({ items }) => items)) {
    for (const label of new Set(labelsOf(item))) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  let isWhole = true;
  const wanted = Object.entries(WANTED).flatMap(([type, states]) => [
    type,
    ...states.map((state) => `${type}: ${state}`),
  ]);
  for (const label of wanted) {
    const count = counts.get(label) ?? 0;
    isWhole &&= count > 0;
    console.log(`${count > 0 ? 'ok     ' : 'MISSING'} ${String(count).padStart(5)}  ${label}`);
  }
  const others = [...counts.keys()].filter((label) => !wanted.includes(label));
  for (const label of others) console.log(`further ${String(counts.get(label)).padStart(5)}  ${label}`);
  return isWhole;
}

// ---------------------------------------------------------------------------------------------------------------------

if (STEP) {
  await STEPS[STEP](JSON.parse(STEP_INPUT));
} else {
  // Two makers at once would spoil each other's folders.
  if (existsSync(WORK))
    throw new Error(`${WORK} is there: another process makes samples, or one was killed; remove it.`);
  mkdirSync(WORK, { mode: 0o700 });
  mkdirSync(OUT, { recursive: true });
  try {
    await month();
    await troubles();
    await kills();
    await others();
    await killsAtMails();
    await cloud();
    await killedRun();
    await demo();
    const kept = pruned(scenarios);
    writeFileSync(join(OUT, 'records.json'), asText(kept));
    if (!printChecklist(kept)) process.exitCode = 1;
  } finally {
    rmSync(WORK, { recursive: true, force: true });
  }
}
