export const TRANSPORTS = ['ses', 'smtp', 'off'] as const;
export type Transport = (typeof TRANSPORTS)[number];

interface TransportRules {
  /** What the limits of `mail.pace` count: a mail server counts messages, SES counts recipients. */
  readonly paceCounts: 'recipients' | 'messages';
  /** Whether the provider tells a quota of the account, which counts besides `mail.pace`. */
  readonly tellsQuota: boolean;
  /** Whether the server limits the connections of all processes together. */
  readonly limitsConnections: boolean;
  /**
   * Whether the envelope sender is in the provider's domain, so that its SPF record counts instead of the
   * sender's.
   */
  readonly hasOwnEnvelope: boolean;
  /** Whether the provider creates the DKIM keys and their names in DNS, and tells whether they are there. */
  readonly managesDkim: boolean;
}

/** How the transports differ. The rules of `off` are never used, because it sends nothing. */
export const TRANSPORT_RULES: Readonly<Record<Transport, TransportRules>> = {
  ses: {
    paceCounts: 'recipients',
    tellsQuota: true,
    limitsConnections: false,
    hasOwnEnvelope: true,
    managesDkim: true,
  },
  smtp: {
    paceCounts: 'messages',
    tellsQuota: false,
    limitsConnections: true,
    hasOwnEnvelope: false,
    managesDkim: false,
  },
  off: {
    paceCounts: 'messages',
    tellsQuota: false,
    limitsConnections: false,
    hasOwnEnvelope: false,
    managesDkim: false,
  },
};

/** The transports to choose from when mail is to be sent, as a text: `ses or smtp`. */
export const SENDING_TRANSPORTS = TRANSPORTS.filter((transport) => transport !== 'off').join(' or ');
