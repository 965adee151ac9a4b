//! How a balancer is told to look again where the nodes are: the label `upgrade-gate.reload`.

use compose_file::Service;

/// The label.
pub(super) const RELOAD: &str = "upgrade-gate.reload";
/// Signals that servers take for it, or for an end after which their restart policy brings them back.
const SIGNALS: [&str; 7] = ["HUP", "USR1", "USR2", "INT", "TERM", "QUIT", "WINCH"];

/// By what it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reload {
    /// By a signal, such as `HUP`.
    Signal(String),
    /// By a stop and a start.
    Restart,
}

impl Reload {
    /// What the label of a balancer says, where it has one.
    ///
    /// # Errors
    /// What is wrong with it, and what to write.
    pub(super) fn read(name: &str, balancer: &Service) -> Result<Option<Self>, String> {
        let Some(text) = balancer.labels.get(RELOAD) else { return Ok(None) };
        match text.trim_start_matches("SIG") {
            "restart" => Ok(Some(Self::Restart)),
            signal if SIGNALS.contains(&signal) => Ok(Some(Self::Signal(signal.to_owned()))),
            _ => Err(format!(
                "service {name} has the label {RELOAD} with what is no signal for it; write one such as HUP, or restart"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balancer_is_told_by_a_signal_or_a_restart() {
        let with = |text: &str| {
            let mut service = Service::default();
            service.labels.insert(RELOAD.into(), text.into());
            Reload::read("lb", &service)
        };
        assert_eq!(with("HUP"), Ok(Some(Reload::Signal("HUP".into()))));
        assert_eq!(with("SIGHUP"), Ok(Some(Reload::Signal("HUP".into()))));
        assert_eq!(with("restart"), Ok(Some(Reload::Restart)));
        assert_eq!(Reload::read("lb", &Service::default()), Ok(None));
        for wrong in ["reload", "KILL", "9", "hup", ""] {
            let told = with(wrong).unwrap_err();
            assert!(told.ends_with("write one such as HUP, or restart"), "{told}");
        }
    }
}
