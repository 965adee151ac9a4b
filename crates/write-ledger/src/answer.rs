//! What a server said to a write.

use mattermost_client::{ApiError, ApiErrorKind};

use crate::act::Done;

/// What a server said to a write.
#[derive(Debug)]
pub(crate) enum WriteAnswer {
    /// It is done.
    Acknowledged(Done),
    /// Nothing that tells whether it is done.
    Ambiguous,
    /// No, and whose word that is.
    Refused {
        /// What was answered.
        got: String,
        /// Whether something may have been written all the same.
        perhaps: bool,
    },
    /// Nothing: no connection came about.
    Unsent,
}

impl WriteAnswer {
    /// How a write ended.
    pub(crate) fn of(result: Result<Done, ApiError>) -> Self {
        let error = match result {
            Ok(done) => return Self::Acknowledged(done),
            Err(error) => error,
        };
        let got = error.got();
        match &error.kind {
            ApiErrorKind::Tls(_) => Self::Unsent,
            ApiErrorKind::NoAnswer(cause) if cause.contains("onnection refused") => Self::Unsent,
            ApiErrorKind::NoAnswer(_) => Self::Ambiguous,
            // Without the server's own header it is a balancer that speaks, and it does not know what the server did.
            ApiErrorKind::Status { status: 502..=504, version: None, .. } => Self::Ambiguous,
            ApiErrorKind::Status { status, .. } => Self::Refused { perhaps: *status >= 500, got },
            ApiErrorKind::Shape { .. } => Self::Refused { perhaps: true, got },
        }
    }

    /// Whether the write was not acknowledged and may have been done.
    pub(crate) fn may_be_done(&self) -> bool {
        matches!(self, Self::Ambiguous | Self::Refused { perhaps: true, .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: ApiErrorKind) -> WriteAnswer {
        WriteAnswer::of(Err(ApiError { node: "node1".into(), request: "POST /api/v4/posts".into(), kind }))
    }

    fn status(status: u16, version: Option<&str>) -> WriteAnswer {
        let (id, message, version) = (String::new(), String::new(), version.map(str::to_owned));
        of(ApiErrorKind::Status { status, id, message, request_id: None, version })
    }

    #[test]
    fn an_answer_that_was_lost_says_nothing() {
        for cause in ["timed out", "connection reset by peer", "connection closed before message completed"] {
            assert!(matches!(of(ApiErrorKind::NoAnswer(cause.into())), WriteAnswer::Ambiguous), "{cause}");
        }
        assert!(matches!(status(503, None), WriteAnswer::Ambiguous));
    }

    #[test]
    fn a_servers_own_no_is_a_refusal() {
        assert!(matches!(status(503, Some("11.7.0")), WriteAnswer::Refused { perhaps: true, .. }));
        assert!(matches!(status(403, Some("11.7.0")), WriteAnswer::Refused { perhaps: false, .. }));
        assert!(matches!(status(403, None), WriteAnswer::Refused { perhaps: false, .. }));
    }

    #[test]
    fn what_never_left_is_neither() {
        let cause = "Connection refused (os error 111)";
        assert!(matches!(of(ApiErrorKind::NoAnswer(cause.into())), WriteAnswer::Unsent));
    }
}
