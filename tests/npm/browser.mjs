// Pages in a real browser.
import { chromium } from "playwright-core";

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--headless"], timeout: 60_000 });

/**
 * What the page at that address stores in `window.answer`. Throws the page's and the console's
 * errors.
 */
export async function answerAt(browser, address) {
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  const failed = new Promise((_, reject) => {
    page.on("pageerror", reject);
    // Vite reloads pages through a socket, which the tests turn off; its script logs that.
    const isVites = (text) => /websocket/i.test(text);
    page.on("console", (message) => message.type() === "error" && !isVites(message.text()) && reject(new Error(message.text())));
  });
  // It may fail before anything waits for it.
  failed.catch(() => undefined);
  try {
    await page.goto(address);
    await Promise.race([page.waitForFunction(() => window.answer), failed]);
    return await page.evaluate(() => window.answer);
  } finally {
    await page.close();
  }
}
