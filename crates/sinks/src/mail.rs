//! A mail server that keeps what it gets.
//!
//! It takes every mail for everybody, without log-in and without TLS, and forwards nothing. Whoever wants a mail waits
//! for it by its recipient.

mod dialog;
mod letter;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

pub use letter::Mail;

/// How many mails are kept; a run gets some hundreds.
const KEPT: usize = 4000;

/// A mail server that keeps what it gets.
#[derive(Debug)]
pub struct MailSink {
    address: SocketAddr,
    kept: watch::Receiver<Vec<Arc<Mail>>>,
    _listening: AbortOnDropHandle<()>,
}

impl MailSink {
    /// Listens on a port of the system's choice.
    ///
    /// # Errors
    /// When nothing can listen on this address.
    pub async fn start(address: IpAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind((address, 0)).await?;
        let address = listener.local_addr()?;
        let (sender, kept) = watch::channel(Vec::new());
        let listening = AbortOnDropHandle::new(tokio::spawn(listen(listener, sender)));
        Ok(Self { address, kept, _listening: listening })
    }

    /// Where it listens, as the servers reach it.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The first mail to this address that `wanted` accepts, as soon as it is there; nothing if it is not by `deadline`.
    pub async fn wait_for(
        &self,
        recipient: &str,
        deadline: Instant,
        wanted: impl Fn(&Mail) -> bool,
    ) -> Option<Arc<Mail>> {
        let mut kept = self.kept.clone();
        let fits = |mail: &&Arc<Mail>| mail.is_for(recipient) && wanted(mail);
        let arrived = kept.wait_for(|mails| mails.iter().any(|mail| fits(&mail)));
        let mails = tokio::time::timeout_at(deadline, arrived).await.ok()?.ok()?;
        mails.iter().find(fits).cloned()
    }

    /// All that are kept, in the order in which they came.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Mail>> {
        self.kept.borrow().clone()
    }

    /// How many mails came so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.kept.borrow().len()
    }
}

/// Takes connections until it is dropped, and with it every dialogue.
async fn listen(listener: TcpListener, kept: watch::Sender<Vec<Arc<Mail>>>) {
    let kept = Arc::new(kept);
    let mut dialogues = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let kept = Arc::clone(&kept);
                dialogues.spawn(async move {
                    // A sender that breaks off has sent nothing: there is nobody to tell.
                    let _ = dialog::hold(stream, |envelope| keep(&kept, Mail::read(envelope))).await;
                });
            }
            Some(_) = dialogues.join_next() => {}
        }
    }
}

fn keep(kept: &watch::Sender<Vec<Arc<Mail>>>, mail: Mail) {
    kept.send_modify(|mails| {
        if mails.len() >= KEPT {
            mails.remove(0);
        }
        mails.push(Arc::new(mail));
    });
}
