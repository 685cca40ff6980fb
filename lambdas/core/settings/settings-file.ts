import { type Settings, settingsSchema } from '#core/domain/settings.ts';
import { smtpWarnings } from '#core/domain/smtp-warnings.ts';
import { Fault } from '#core/errors.ts';
import { type LogoSources, resolveLogo } from './settings-logo.ts';

export interface GivenSettings {
  readonly settings: Settings;
  /**
   * `mail.smtp.password`, which is kept apart and never shown; empty to delete it, undefined to leave it as
   * it is.
   */
  readonly smtpPassword: string | undefined;
  /** What was ignored or is less than safe, one sentence each. */
  readonly notices: readonly string[];
}

/**
 * Reads settings as a person keeps them in a file, with the logo in any form that `resolveLogo` takes.
 * @throws Fault `bad-settings` for a file that is not JSON or holds invalid settings; `bad-input` for a logo
 *   that `resolveLogo` refuses
 */
export async function readSettingsFile(bytes: Uint8Array, sources: LogoSources): Promise<GivenSettings> {
  const { rest, logo } = takeLogo(parse(bytes));
  const { settings, ...given } = checkSettings(rest);
  const pdf = { ...settings.pdf, logo: await resolveLogo(logo, sources) };
  return { ...given, settings: { ...settings, pdf } };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    // The parser quotes the text around the error, which may contain the password: that part is left out.
    const reason =
      cause instanceof SyntaxError ? cause.message.replace(/, (?:\.\.\.)?".*$/s, '') : 'it is not in UTF-8';
    throw new Fault('bad-settings', `The settings are no JSON: ${reason}.`);
  }
}

/**
 * Checks settings from a file, the API or the console; missing settings get their defaults.
 * @throws Fault `bad-settings` with one sentence a field: its path, the reason and the value
 */
export function checkSettings(value: unknown): GivenSettings {
  const { rest, password } = takePassword(value);
  const parsed = settingsSchema.safeParse(rest);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.') || 'The settings'}: ${issue.message}.`);
  const isText = typeof password === 'string' && /^[^\u0000-\u001f\u007f]{0,1000}$/.test(password);
  if (password !== undefined && !isText) {
    problems.push('mail.smtp.password: must be a text of at most 1000 characters without line breaks.');
  }
  if (!parsed.success || problems.length > 0) {
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    throw new Fault('bad-settings', `The settings were refused. ${problems[0]}${more}`, {
      details: problems,
    });
  }
  return {
    settings: parsed.data,
    smtpPassword: isText ? password : undefined,
    notices: [
      ...unknownNames(rest, parsed.data).map((name) => `${name} is no setting and was ignored.`),
      ...smtpWarnings(parsed.data.mail.smtp),
    ],
  };
}

/**
 * Takes the password out, and `passwordSet` and `warnings` too: the API shows them beside the settings, so
 * they may come back with them.
 */
function takePassword(value: unknown): { readonly rest: unknown; readonly password?: unknown } {
  if (!isRecord(value) || !isRecord(value.mail) || !isRecord(value.mail.smtp)) return { rest: value };
  const { password, passwordSet: _, warnings: _warnings, ...smtp } = value.mail.smtp;
  return { rest: { ...value, mail: { ...value.mail, smtp } }, password };
}

/** Takes the logo out. A logo that is not a text stays, so that it is refused with the rest. */
function takeLogo(value: unknown): { readonly rest: unknown; readonly logo: string } {
  if (!isRecord(value) || !isRecord(value.pdf)) return { rest: value, logo: '' };
  const { logo, ...pdf } = value.pdf;
  return typeof logo === 'string' ? { rest: { ...value, pdf }, logo } : { rest: value, logo: '' };
}

/** Returns the paths of settings that were given but are not among the known ones. */
function unknownNames(given: unknown, known: unknown, path = ''): string[] {
  if (!isRecord(given) || !isRecord(known)) return [];
  return Object.entries(given).flatMap(([name, value]) =>
    Object.hasOwn(known, name)
      ? unknownNames(value, known[name], `${path}${name}.`)
      : value === undefined
        ? []
        : [path + name],
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
