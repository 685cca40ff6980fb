import type { Browser, CDPSession } from 'puppeteer-core';

export interface IsolatedSession {
  readonly session: CDPSession;
  readonly frameId: string;
}

/**
 * Opens the browser's one page for content written by others: scripts are off, and every request that a
 * document makes fails before it leaves the browser.
 */
export async function openIsolatedSession(browser: Browser): Promise<IsolatedSession> {
  const [page = await browser.newPage()] = await browser.pages();
  const session = await page.createCDPSession();
  session.on('Fetch.requestPaused', ({ requestId }) => {
    session.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' }).catch(() => {});
  });
  await session.send('Inspector.enable');
  await session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
  await session.send('Emulation.setScriptExecutionDisabled', { value: true });
  const { frameTree } = await session.send('Page.getFrameTree');
  return { session, frameId: frameTree.frame.id };
}
