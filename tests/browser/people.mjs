// Two people who do the same jobs: one with the mouse, whose steps and clicks are counted, and one with the keyboard
// alone, who must see the focus at every stop. A job is written once, for both.
import { hasFocus } from "./helpers.mjs";
import { tabTo } from "./keyboard.mjs";

/**
 * A person with a mouse. `steps` counts what they do, and `clicks` how many of the steps take a click: presses, and
 * writing into a field that does not have the focus.
 */
export class Mouse {
  steps = 0;
  clicks = 0;

  constructor(page) {
    this.page = page;
  }

  /** Presses a button or follows a link. */
  async press(locator) {
    this.#count(1, 1);
    await locator.click();
  }

  /** Writes or pastes a text into a field. */
  async write(locator, text) {
    const isFocused = await locator.evaluate((field) => field === document.activeElement);
    this.#count(1, isFocused ? 0 : 1);
    await locator.fill(text);
  }

  /** Presses a key in the focused field. */
  async send(key) {
    this.#count(1, 0);
    await this.page.keyboard.press(key);
  }

  #count(steps, clicks) {
    this.steps += steps;
    this.clicks += clicks;
  }
}

/** A person with a keyboard, who goes from element to element by Tab. `job` is named in failures. */
export class Keyboard {
  constructor(page, job) {
    this.page = page;
    this.job = job;
  }

  async press(locator) {
    await this.#goTo(locator);
    await this.page.keyboard.press("Enter");
  }

  async write(locator, text) {
    await this.#goTo(locator);
    await this.page.keyboard.press("Control+a");
    await this.page.keyboard.insertText(text);
  }

  async send(key) {
    await this.page.keyboard.press(key);
  }

  async #goTo(locator) {
    await locator.first().waitFor();
    await tabTo(this.page, locator, this.job);
    await hasFocus(locator.first());
  }
}
