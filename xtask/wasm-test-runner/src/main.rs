//! The test runner that cargo calls for the Wasm layer: runs the tests in Node.js.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
