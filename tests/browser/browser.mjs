// The browser that the tests run in.
import { chromium } from "playwright-core";

const options = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"],
  timeout: 60_000,
};

/**
 * Connects to the browser that `run.mjs` has started, or starts one. Closing a shared browser
 * closes only its own pages.
 */
export function launch() {
  const endpoint = process.env.CLAIMGATE_BROWSER;
  return endpoint ? chromium.connect(endpoint, { timeout: options.timeout }) : chromium.launch(options);
}

/** Starts a browser that several processes can connect to. Signals are for the caller to handle. */
export const launchServer = () =>
  chromium.launchServer({ ...options, handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false });
