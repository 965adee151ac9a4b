//! What runs beside a project's own containers: a suite to its end, a browser for as long as it is spoken to, a server's command.

use tokio::time::Instant;

use super::RunningProject;
use crate::as_service::{self, ServerCommand};
use crate::ask::ask_program;
use crate::error::Error;
use crate::one_off::{self, OneOff, OneOffEnd};
use crate::piped::{self, Piped, PipedEnds};

impl RunningProject {
    /// Runs a container beside the project's own to its end, and removes it; each line that it prints goes to `line`.
    ///
    /// # Errors
    /// When it cannot be created or started. An exit code, and a deadline that comes first, are results.
    pub async fn run_to_end(
        &self,
        one_off: &OneOff,
        line: &mut (dyn FnMut(String) + Send),
        deadline: Instant,
    ) -> Result<OneOffEnd, Error> {
        let one_off = OneOff { image: self.exactly(&one_off.image).to_owned(), ..one_off.clone() };
        one_off::run(&self.engine, &self.project, &self.labels, &one_off, line, deadline).await
    }

    /// Runs a container beside the project's own that is spoken to by its standard input and output, until its ends are dropped.
    ///
    /// # Errors
    /// When it cannot be created, or is not started before the deadline.
    pub async fn start_piped(&self, piped: &Piped, deadline: Instant) -> Result<PipedEnds, Error> {
        let piped = Piped { image: self.exactly(&piped.image).to_owned(), ..piped.clone() };
        piped::start(&self.engine, &self.project, &self.labels, &piped, deadline).await
    }

    /// What a program in an image says where it can touch nothing, as [`ask_program`](crate::ask_program) tells it.
    ///
    /// # Errors
    /// When it cannot be run.
    pub async fn ask(
        &self,
        image: &str,
        (name, words): (&str, Vec<String>),
    ) -> Result<(Option<i64>, Vec<String>), Error> {
        ask_program(&self.engine, (self.exactly(image), None), (name, words), &self.labels).await
    }

    /// Runs one command of a server in a container like a service's, to its end, and removes it: its exit code, or nothing where
    /// the time was up. Each line that it prints goes to `line`.
    ///
    /// # Errors
    /// When it cannot be created or started.
    pub async fn run_server_command(
        &self,
        command: &ServerCommand,
        line: &mut (dyn FnMut(String) + Send),
        deadline: Instant,
    ) -> Result<Option<i64>, Error> {
        let command = ServerCommand { image: self.exactly(&command.image).to_owned(), ..command.clone() };
        as_service::run(&self.engine, &self.project, &self.labels, &command, line, deadline).await
    }
}
