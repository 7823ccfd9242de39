// Loads a Wasm module in browsers, once.

/**
 * The `init()` of a module: loads it, by default from `place()`; later calls wait for the first one. `loaded()` is what
 * wasm-bindgen returned, or undefined.
 */
export function loader(load, place) {
  let wasm;
  let loading;
  const init = (source) => {
    loading ??= load({ module_or_path: source ?? place() }).then(
      (loaded) => {
        wasm = loaded;
      },
      (error) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
  return { init, loaded: () => wasm };
}
