//! What a browser is told when it starts: whom it reaches, and to be quiet.

/// Whom it reaches: one server, by the name of a site, and nobody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteReach {
    /// Host and port as the site's address has them.
    pub site: String,
    /// Host and port that connections go to.
    pub server: String,
    /// Whether its certificate may be anybody's: whether TLS holds is for others to ask.
    pub any_certificate: bool,
}

impl SiteReach {
    /// What tells a browser so.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let mut arguments =
            vec![format!("--host-resolver-rules=MAP {} {}, MAP * ~NOTFOUND", self.site, self.server)];
        if self.any_certificate {
            arguments.push("--ignore-certificate-errors".into());
        }
        arguments
    }
}

/// No window, no second profile, nothing that speaks to anybody: what it loads is what the page names.
pub(crate) const ARGUMENTS: [&str; 19] = [
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    // Containers have 64 MB there, and a page wants more.
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-features=Translate,MediaRouter,OptimizationHints,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
    "--disable-gpu",
    "--disable-sync",
    "--mute-audio",
    "--password-store=basic",
    "--force-device-scale-factor=1",
    "--window-size=1280,800",
];
