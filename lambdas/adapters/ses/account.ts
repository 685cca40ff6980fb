import {
  DeleteSuppressedDestinationCommand,
  GetAccountCommand,
  type GetAccountResponse,
  GetEmailIdentityCommand,
  NotFoundException,
  paginateListSuppressedDestinations,
  type SESv2Client,
  type SuppressedDestinationSummary,
} from '@aws-sdk/client-sesv2';
import { mailboxOf } from '#core/domain/mail-address.ts';
import { Fault } from '#core/errors.ts';
import type { MailAccount } from '#core/ports.ts';
import { wireAddress } from '../mime/address.ts';
import { type Identity, problemsOf } from './sender-problems.ts';

/**
 * Limits for reading the suppression list, one call for each page: SES accepts one call a second, and no more
 * pages fit into the time.
 */
const PAGES = 10;
const PAGE_SIZE = 1000;
/** Somebody waits for a dry run, and the HTTP API waits no longer than half a minute. */
const PATIENCE_MS = 12_000;

type Options = { readonly abortSignal: AbortSignal };

/**
 * Reads the account with Amazon SES in one region. Its suppression list is read whole, because asking for
 * each address would take a second each; a list of more than 10,000 addresses is reported as too long instead
 * of being compared.
 * @param client made by `createSesAccountClient`
 * @param patienceMs time limit for all calls of one question
 */
export function createSesAccount(client: SESv2Client, patienceMs = PATIENCE_MS): MailAccount {
  /** The request under way, shared by questions at the same time. */
  let asked: Promise<GetAccountResponse> | undefined;
  const retryWhileBusy = <T>(rights: string, ask: (options: Options) => Promise<T>): Promise<T> =>
    answered(rights, () => ask({ abortSignal: AbortSignal.timeout(patienceMs) }));
  const readAccount = (options: Options): Promise<GetAccountResponse> => {
    asked ??= client.send(new GetAccountCommand({}), options).finally(() => {
      asked = undefined;
    });
    return asked;
  };

  return {
    quota: () =>
      retryWhileBusy('ses:GetAccount', async (options) => {
        const { SendQuota = {} } = await readAccount(options);
        const { MaxSendRate = 1, Max24HourSend = -1, SentLast24Hours = 0 } = SendQuota;
        return {
          perSecond: MaxSendRate,
          // -1 stands for no limit.
          day: Max24HourSend < 0 ? undefined : { limit: Max24HourSend, used: SentLast24Hours },
        };
      }),

    suppressed: (addresses) =>
      retryWhileBusy('ses:ListSuppressedDestinations', async (options) => {
        const listed = await suppressedMailboxes(client, options);
        return new Map(
          addresses.flatMap((address) => {
            const [entry] = listed.get(mailboxOf(address)) ?? [];
            return entry ? [[address, reasonOf(entry)]] : [];
          }),
        );
      }),

    lift: (address) =>
      retryWhileBusy(
        'ses:ListSuppressedDestinations and ses:DeleteSuppressedDestination',
        async (options) => {
          const spelling = wireAddress(address) ?? address;
          if (await remove(client, spelling, options)) return;
          // SES removes an address from the list only in the spelling it is listed in, but suppresses every
          // spelling of it.
          const listed = await suppressedMailboxes(client, options);
          for (const { EmailAddress = '' } of listed.get(mailboxOf(address)) ?? []) {
            await remove(client, EmailAddress, options);
          }
        },
      ),

    senderProblems: (address) =>
      retryWhileBusy('ses:GetAccount and ses:GetEmailIdentity', async (options) => {
        const account = await readAccount(options);
        const sender = wireAddress(address) ?? address;
        const identities: Identity[] = [];
        // An address may be verified by itself, by its domain, or by a domain above that.
        for (const name of [sender, ...domainsOf(sender)]) {
          const identity = await findIdentity(client, name, options);
          if (identity) identities.push({ ...identity, name });
        }
        return problemsOf(sender, account, identities);
      }),
  };
}

async function suppressedMailboxes(
  client: SESv2Client,
  options: Options,
): Promise<Map<string, SuppressedDestinationSummary[]>> {
  const pages = paginateListSuppressedDestinations({ client, pageSize: PAGE_SIZE }, {}, options);
  const entries: SuppressedDestinationSummary[] = [];
  let read = 0;
  for await (const { SuppressedDestinationSummaries = [], NextToken } of pages) {
    entries.push(...SuppressedDestinationSummaries);
    if (++read === PAGES && NextToken) throw tooLong;
  }
  return Map.groupBy(entries, ({ EmailAddress = '' }) => mailboxOf(EmailAddress));
}

const tooLong = new Fault(
  'unavailable',
  `The suppression list of Amazon SES has more than ${PAGES * PAGE_SIZE} addresses, which is too long to be read: look for single ones in the SES console.`,
);

function reasonOf({ Reason, LastUpdateTime }: SuppressedDestinationSummary): string {
  const why = Reason === 'COMPLAINT' ? 'its owner complained' : 'a mail bounced for good';
  const since = LastUpdateTime ? ` since ${LastUpdateTime.toISOString().slice(0, 10)}` : '';
  return `it is on the suppression list of Amazon SES${since} (${why})`;
}

async function remove(client: SESv2Client, EmailAddress: string, options: Options): Promise<boolean> {
  try {
    await client.send(new DeleteSuppressedDestinationCommand({ EmailAddress }), options);
    return true;
  } catch (error) {
    if (error instanceof NotFoundException) return false;
    throw error;
  }
}

async function findIdentity(client: SESv2Client, EmailIdentity: string, options: Options) {
  try {
    return await client.send(new GetEmailIdentityCommand({ EmailIdentity }), options);
  } catch (error) {
    if (error instanceof NotFoundException) return undefined;
    throw error;
  }
}

/** Returns the address's domain and those above it, down to two labels. */
function domainsOf(address: string): string[] {
  const labels = address.slice(address.lastIndexOf('@') + 1).split('.');
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
}

/**
 * Runs a question to SES.
 * @throws Fault `unavailable` for any error of the SDK
 */
async function answered<T>(rights: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
    const remedy = /AccessDenied|Credentials|UnrecognizedClient|ExpiredToken/.test(name)
      ? `Whoever asks needs a login with the right to ${rights}.`
      : 'Try again later.';
    throw new Fault('unavailable', `Amazon SES does not tell (${name}: ${message}). ${remedy}`, { cause });
  }
}
