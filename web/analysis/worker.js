// Answers questions about policies in a thread of its own: a message is the JSON text of a question, and is answered by
// one with that of its answer. To cancel a question, terminate the worker.
import init, { answer } from "./claimgate_analysis.js";

const ready = init({ module_or_path: new URL("claimgate_analysis_bg.wasm", import.meta.url) });
// Each question reports it.
ready.catch(() => undefined);

const failed = (error) => {
  const message = error instanceof Error ? error.message : String(error);
  return JSON.stringify({ ok: false, errors: [{ code: "analysis-failed", path: "", message, help: null }] });
};

addEventListener("message", async ({ data }) => {
  try {
    await ready;
    postMessage(answer(data));
  } catch (error) {
    postMessage(failed(error));
  }
});
