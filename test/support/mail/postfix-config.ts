import { fileURLToPath } from 'node:url';

const certs = fileURLToPath(new URL('../certs', import.meta.url));
const chain = (name: string) => `${certs}/postfix-${name}.key, ${certs}/postfix-${name}.crt`;

type Parameters = Readonly<Record<string, string>>;

const SELF_SIGNED: Parameters = {
  smtpd_tls_security_level: 'may',
  smtpd_tls_chain_files: chain('self-signed'),
};
const LOGIN: Parameters = { smtpd_sasl_auth_enable: 'yes' };
const only = (version: string): Parameters => ({
  smtpd_tls_protocols: `>=${version}, <=${version}`,
  smtpd_tls_mandatory_protocols: `>=${version}, <=${version}`,
});

/**
 * The parameters in which each port differs from `main.cf`, one for each kind of server that an office may
 * have.
 */
export const SERVICES = {
  plain: {},
  starttls: SELF_SIGNED,
  'starttls required': { ...SELF_SIGNED, smtpd_tls_security_level: 'encrypt' },
  expired: { ...SELF_SIGNED, smtpd_tls_chain_files: chain('expired') },
  tls: { ...SELF_SIGNED, smtpd_tls_wrappermode: 'yes' },
  'TLS 1.2': { ...SELF_SIGNED, ...only('TLSv1.2') },
  'TLS 1.3': { ...SELF_SIGNED, ...only('TLSv1.3') },
  submission: { ...SELF_SIGNED, ...LOGIN, smtpd_tls_auth_only: 'yes' },
  'submission, asking at once': {
    ...{ ...SELF_SIGNED, ...LOGIN, smtpd_tls_auth_only: 'yes', smtpd_delay_reject: 'no' },
    smtpd_sender_restrictions: 'reject_sender_login_mismatch, permit_sasl_authenticated, reject',
  },
  'submission, for users alone': {
    ...{ ...SELF_SIGNED, ...LOGIN, smtpd_tls_auth_only: 'yes' },
    smtpd_client_restrictions: 'permit_sasl_authenticated, reject',
  },
  'login in the clear': LOGIN,
  'PLAIN alone': { ...SELF_SIGNED, ...LOGIN, smtpd_sasl_mechanism_filter: 'PLAIN' },
  'LOGIN alone': { ...SELF_SIGNED, ...LOGIN, smtpd_sasl_mechanism_filter: 'LOGIN' },
  'CRAM-MD5 alone': { ...SELF_SIGNED, ...LOGIN, smtpd_sasl_mechanism_filter: 'CRAM-MD5' },
  small: { message_size_limit: '20000' },
  'few recipients': { smtpd_recipient_limit: '3' },
} as const satisfies Record<string, Parameters>;

export type ServiceName = keyof typeof SERVICES;

export interface Place {
  readonly folder: string;
  readonly policyPort: number;
  /** Owner of the Maildirs. */
  readonly uid: number;
  /** Addresses that it accepts mail for and delivers to Maildirs. */
  readonly mailboxes: readonly string[];
  /** Domains whose mailboxes it all knows; mail to other domains is relayed for those who have logged in. */
  readonly domains: readonly string[];
  /** The login that owns each sender address. */
  readonly owners: Parameters;
}

/**
 * Writes `main.cf`. Nothing leaves the machine: there is no SMTP client, and relayed mail ends in the same
 * Maildirs.
 */
export const mainCf = ({ folder, policyPort, uid, mailboxes, domains, owners }: Place): string =>
  lines({
    compatibility_level: '3.6',
    queue_directory: `${folder}/queue`,
    data_directory: `${folder}/data`,
    maillog_file: `${folder}/log`,
    maillog_file_prefixes: folder,
    myhostname: 'mail.wiesengrund.example',
    mydestination: '',
    mynetworks: '',
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    smtpd_peername_lookup: 'no',
    alias_maps: '',
    alias_database: '',
    default_transport: 'virtual',
    relay_transport: 'virtual',
    virtual_mailbox_domains: domains.join(', '),
    virtual_mailbox_base: `${folder}/mail`,
    virtual_mailbox_maps: inline(Object.fromEntries(mailboxes.map((address) => [address, `${address}/`]))),
    virtual_minimum_uid: String(uid),
    virtual_uid_maps: `static:${uid}`,
    virtual_gid_maps: `static:${uid}`,
    // Messages stay as they were handed over, except for the lines added on top.
    local_header_rewrite_clients: '',
    enable_original_recipient: 'no',
    smtpd_sasl_type: 'dovecot',
    smtpd_sasl_path: 'private/auth',
    smtpd_sasl_security_options: 'noanonymous',
    // These make the Received line show login and encryption.
    smtpd_sasl_authenticated_header: 'yes',
    smtpd_tls_received_header: 'yes',
    smtpd_sender_login_maps: inline(owners),
    smtpd_sender_restrictions: 'reject_authenticated_sender_login_mismatch',
    smtpd_relay_restrictions: 'permit_sasl_authenticated, reject_unauth_destination',
    smtpd_recipient_restrictions: `reject_unlisted_recipient, check_policy_service inet:127.0.0.1:${policyPort}`,
    // Postfix would slow down clients that make many errors, and mail that comes faster than it goes.
    smtpd_error_sleep_time: '0',
    smtpd_hard_error_limit: '1000',
    in_flow_delay: '0',
  });

/** Writes `master.cf`: the daemons that receive, keep and deliver mail, and a port for each service. */
export const masterCf = (ports: Readonly<Record<ServiceName, number>>): string => {
  const daemons = [
    'rewrite unix - - n - - trivial-rewrite',
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    'flush unix n - n 1000? 0 flush',
    'proxymap unix - - n - - proxymap',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    'virtual unix - n n - - virtual',
    'anvil unix - - n - 1 anvil',
    'postlog unix-dgram n - n - 1 postlogd',
  ];
  const servers = Object.entries(SERVICES).map(([name, parameters]) =>
    [
      `127.0.0.1:${ports[name as ServiceName]} inet n - n - - smtpd`,
      ...Object.entries(parameters).map(([parameter, value]) => `  -o { ${parameter} = ${value} }`),
    ].join('\n'),
  );
  return [...daemons, ...servers].map((line) => `${line}\n`).join('');
};

const inline = (table: Parameters): string =>
  `inline:{ ${Object.entries(table)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')} }`;

const lines = (parameters: Parameters): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
