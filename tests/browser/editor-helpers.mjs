// What the tests of the policy editor share.

/** The text of a code editor, once it is loaded. */
export async function codeIn(page, label) {
  const editor = page.getByRole("textbox", { name: label });
  await page.locator(".cm-content").filter({ visible: true }).waitFor();
  return (await editor.innerText()).replaceAll("\u00a0", " ");
}
