//! The setting behind a refusal: what a server says no to by its error id, and which variable of its own changes that.
//!
//! Ids and conditions are those of the server's source (`server/i18n/en.json`, and where each is returned), read at 11.6.

use super::error::{ApiError, ApiErrorKind};

/// Error id, or its begin where it ends in `*`, and what to do.
const REFUSALS: [(&str, &str); 22] = [
    (
        "api.user.create_user.no_open_server",
        "somebody is in the database already, and sign-up is closed: MM_TEAMSETTINGS_ENABLEOPENSERVER: \"true\" opens it",
    ),
    (
        "api.user.create_user.signup_email_disabled.app_error",
        "set MM_EMAILSETTINGS_ENABLESIGNUPWITHEMAIL: \"true\" and MM_TEAMSETTINGS_ENABLEUSERCREATION: \"true\"",
    ),
    ("api.user.create_user.disabled.app_error", "set MM_TEAMSETTINGS_ENABLEUSERCREATION: \"true\""),
    (
        "api.user.create_user.accepted_domain.app_error",
        "MM_TEAMSETTINGS_RESTRICTCREATIONTODOMAINS must be empty or have upgrade-gate.example in it",
    ),
    (
        "api.user.create_user.user_limits.exceeded",
        "the server has as many users as it may have without a licence: give the input license, or the run a database of its own",
    ),
    (
        "api.user.create_user.license_user_limits.exceeded",
        "the server has as many users as its licence allows: give the run a database of its own, or another licence",
    ),
    (
        "model.user.is_valid.pwd*",
        "the server wants other passwords than the gate makes (MM_PASSWORDSETTINGS_MINIMUMLENGTH and those beside it)",
    ),
    ("api.user.login.not_verified.app_error", "set MM_EMAILSETTINGS_REQUIREEMAILVERIFICATION: \"false\""),
    (
        // Only said where accounts may not sign in by name.
        "api.user.login.invalid_credentials_email",
        "set MM_EMAILSETTINGS_ENABLESIGNINWITHUSERNAME: \"true\"",
    ),
    (
        "api.user.login.invalid_credentials_sso",
        "set MM_EMAILSETTINGS_ENABLESIGNINWITHUSERNAME: \"true\": the gate's accounts have passwords, not single sign-on",
    ),
    (
        "api.context.mfa_required.app_error",
        "set MM_SERVICESETTINGS_ENFORCEMULTIFACTORAUTHENTICATION: \"false\"",
    ),
    (
        "api.team.is_team_creation_allowed.disabled.app_error",
        "the account may not make teams: the role system_user or system_admin lacks create_team",
    ),
    (
        "api.team.is_team_creation_allowed.domain.app_error",
        "MM_TEAMSETTINGS_RESTRICTCREATIONTODOMAINS must be empty or have upgrade-gate.example in it",
    ),
    ("app.team.join_user_to_team.*", "the team is full: raise MM_TEAMSETTINGS_MAXUSERSPERTEAM"),
    ("app.user_access_token.disabled", "set MM_SERVICESETTINGS_ENABLEUSERACCESSTOKENS: \"true\""),
    ("api.bot.create_disabled", "set MM_SERVICESETTINGS_ENABLEBOTACCOUNTCREATION: \"true\""),
    (
        "app.plugin.upload_disabled.app_error",
        "set MM_PLUGINSETTINGS_ENABLEUPLOADS: \"true\" and MM_PLUGINSETTINGS_REQUIREPLUGINSIGNATURE: \"false\"",
    ),
    ("app.plugin.disabled.app_error", "set MM_PLUGINSETTINGS_ENABLE: \"true\""),
    ("ent.cluster.save_config.error", "set MM_CLUSTERSETTINGS_READONLYCONFIG: \"false\""),
    ("api.restricted_system_admin", "set MM_EXPERIMENTALSETTINGS_RESTRICTSYSTEMADMIN: \"false\""),
    ("api.license_error", LICENCE),
    ("license_error.feature_unavailable*", LICENCE),
];

/// What to do where a feature is not for everybody.
const LICENCE: &str = "this needs a licence: the input license, and ${LICENSE} as MM_LICENSE of the nodes";
/// The id of an error that the server has no words for; with 501, servers before 10 say so that a licence is missing (seen on 9.8 and 9.9).
const NO_WORDS: &str = "<untranslated>";

/// A server that counts requests refuses without an id.
const TOO_MANY: &str = "set MM_RATELIMITSETTINGS_ENABLE: \"false\": the gate asks more often than people do";

impl ApiError {
    /// Which setting of the servers makes them refuse this, and what to set, as a clause; nothing where none is known.
    #[must_use]
    pub fn setting(&self) -> Option<&'static str> {
        if self.status() == Some(429) && self.id().is_empty() {
            return Some(TOO_MANY);
        }
        if self.status() == Some(501) && self.id() == NO_WORDS {
            return Some(LICENCE);
        }
        let is = |known: &str| match known.strip_suffix('*') {
            Some(begin) => self.id().starts_with(begin),
            None => self.id() == known,
        };
        REFUSALS.iter().find(|(known, _)| is(known)).map(|(_, what)| *what)
    }

    /// What came back, with the setting behind it where one is known.
    #[must_use]
    pub fn explained(&self) -> String {
        match self.setting() {
            Some(setting) => format!("{self}; {setting}"),
            None => self.to_string(),
        }
    }

    /// What came back, as a clause for "expected …, got …", with the setting behind it where one is known.
    #[must_use]
    pub fn got_and_why(&self) -> String {
        match (self.setting(), &self.kind) {
            (Some(setting), ApiErrorKind::Status { .. }) => format!("{}; {setting}", self.got()),
            _ => self.got(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, id: &str) -> ApiError {
        let kind = ApiErrorKind::Status {
            status,
            id: id.into(),
            message: "no".into(),
            request_id: None,
            version: None,
        };
        ApiError { node: "node1".into(), request: "POST /api/v4/users".into(), kind }
    }

    #[test]
    fn a_refusal_names_the_variable_that_changes_it() {
        for (status, id, variable) in [
            (403, "api.user.create_user.no_open_server", "MM_TEAMSETTINGS_ENABLEOPENSERVER"),
            (
                501,
                "api.user.create_user.signup_email_disabled.app_error",
                "MM_EMAILSETTINGS_ENABLESIGNUPWITHEMAIL",
            ),
            (
                400,
                "api.user.create_user.accepted_domain.app_error",
                "MM_TEAMSETTINGS_RESTRICTCREATIONTODOMAINS",
            ),
            (400, "model.user.is_valid.pwd_lowercase_symbol.app_error", "MM_PASSWORDSETTINGS_MINIMUMLENGTH"),
            (501, "<untranslated>", "the input license"),
            (401, "api.user.login.not_verified.app_error", "MM_EMAILSETTINGS_REQUIREEMAILVERIFICATION"),
            (401, "api.user.login.invalid_credentials_email", "MM_EMAILSETTINGS_ENABLESIGNINWITHUSERNAME"),
            (
                403,
                "api.context.mfa_required.app_error",
                "MM_SERVICESETTINGS_ENFORCEMULTIFACTORAUTHENTICATION",
            ),
            (400, "app.team.join_user_to_team.max_accounts.app_error", "MM_TEAMSETTINGS_MAXUSERSPERTEAM"),
            (501, "app.user_access_token.disabled", "MM_SERVICESETTINGS_ENABLEUSERACCESSTOKENS"),
            (501, "app.plugin.upload_disabled.app_error", "MM_PLUGINSETTINGS_ENABLEUPLOADS"),
            (403, "ent.cluster.save_config.error", "MM_CLUSTERSETTINGS_READONLYCONFIG"),
            (429, "", "MM_RATELIMITSETTINGS_ENABLE"),
        ] {
            let error = refused(status, id);
            assert!(error.setting().unwrap_or_default().contains(variable), "{id}");
            assert!(error.explained().starts_with(&format!("node1 gave {status} ")), "{}", error.explained());
            assert!(error.got_and_why().ends_with(error.setting().unwrap()), "{}", error.got_and_why());
        }
    }

    #[test]
    fn nothing_is_guessed() {
        // A wrong name or password, on a server that takes both: no setting is behind that.
        for (status, id) in
            [(401, "api.user.login.invalid_credentials_email_username"), (500, "app.new.error"), (404, "")]
        {
            let error = refused(status, id);
            assert_eq!(error.setting(), None, "{id}");
            assert_eq!((error.explained(), error.got_and_why()), (error.to_string(), error.got()));
        }
    }
}
