export const TRANSPORTS = ['ses', 'smtp', 'off'] as const;
export type Transport = (typeof TRANSPORTS)[number];

interface TransportRules {
  /** What the limits of `mail.pace` count: a mail server counts messages, SES counts recipients. */
  readonly paceCounts: 'recipients' | 'messages';
  /** Whether the provider tells a quota of the account that counts besides `mail.pace`. */
  readonly tellsQuota: boolean;
  /** Whether the server limits how many connections all processes have to it together. */
  readonly limitsConnections: boolean;
  /** Whether the envelope has a domain of the provider's, so that its SPF counts instead of the sender's. */
  readonly hasOwnEnvelope: boolean;
  /** Whether the provider makes the DKIM keys and their names in DNS, and tells whether they are there. */
  readonly managesDkim: boolean;
}

/** How the ways of sending differ. What is off is never asked: nothing is sent, so nothing of it counts. */
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

/** `ses or smtp`: what can be chosen where mail is to be sent. */
export const SENDING_TRANSPORTS = TRANSPORTS.filter((transport) => transport !== 'off').join(' or ');
