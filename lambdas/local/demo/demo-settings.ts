/** Returns the settings of a made-up dairy with a bakery; its bank details are published examples. */
export function demoSettings(smtpPort: number): object {
  return {
    company: {
      name: 'Sennerei & Backhaus Ostertal GmbH',
      street: 'Am Mühlbach 7',
      zip: '87435',
      city: 'Kempten',
      country: 'DE',
      phone: '+49 831 555010',
      email: 'office@ostertal.example',
      website: 'www.ostertal.example',
      vatId: 'DE136695976',
      taxNumber: '127/123/45678',
      registration: 'Amtsgericht Kempten, HRB 4711',
      managingDirector: 'Ingrid Ostertag',
      bankName: 'Beispielbank Allgäu',
      iban: 'DE02120300000000202051',
      bic: 'BYLADEM1001',
      creditorId: 'DE98ZZZ09999999999',
      contact: {
        name: 'Jutta Reiter',
        phone: '+49 831 555012',
        email: 'buchhaltung@ostertal.example',
      },
      smallBusiness: false,
    },
    pdf: {
      folders: 'day',
      filePrefix: 'Rechnung',
      deliveryNotePrefix: 'Lieferschein',
      // The logo lies beside this file.
      logo: 'demo-logo.svg',
    },
    mail: {
      transport: 'smtp',
      sender: { name: 'Sennerei & Backhaus Ostertal', address: 'rechnung@ostertal.example' },
      replyTo: 'buchhaltung@ostertal.example',
      bcc: [],
      smtp: { host: '127.0.0.1', port: smtpPort, encryption: 'none', certificate: 'verify', user: '' },
      pace: { perSecond: 50, connections: 4 },
    },
    ordering: { autoPdfForInstantInvoices: true },
    numbering: { format: '{yyyy}{number:6}', firstNumber: 1 },
    edition: 'CE',
  };
}
