//! `upgrade-gate`: parse, crypto provider, run, exit code. Everything else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    // reqwest, octocrab and the AWS client take the process's default provider; there is one, ring.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime {
        Ok(runtime) => {
            let exit = runtime.block_on(upgrade_gate::main());
            // Whoever was told to leave must not wait for a name look-up or a file that takes its time.
            runtime.shutdown_background();
            exit.into()
        }
        // Without threads or an event queue there is nothing that could be reported in any other way.
        Err(_) => ExitCode::from(70),
    }
}
